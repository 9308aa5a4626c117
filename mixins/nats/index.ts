export { pieces } from "./pieces";
export { answersNats, NatsAway, natsTransporter, reachNats } from "./transporter";
