import { service } from "../../lib/service";
import { readAudit } from "./audit";
import { discardLetter, listLetters, readLetter, readLetterAudit, replayLetter, replayLetters } from "./dead-letters";
import { ops } from "./ops.contract";
import { readOutboxes } from "./outbox";
import { discardParked, listParked, readOutboxAudit, retryAllParked, retryParked } from "./parked-events";
import { readRebuild, rebuild } from "./read-models";
import { compensateSaga, listSagas, readSaga, retrySaga, skipStep } from "./sagas";

export default service(ops, {
  actions: {
    sagas: listSagas,
    saga: readSaga,
    retry: retrySaga,
    skip: skipStep,
    compensate: compensateSaga,
    outbox: readOutboxes,
    parkedEvents: listParked,
    retryParked,
    retryAllParked,
    discardParked,
    outboxAudit: readOutboxAudit,
    audit: readAudit,
    rebuild,
    rebuildStatus: readRebuild,
    deadLetters: listLetters,
    deadLetter: readLetter,
    replay: replayLetter,
    replayAll: replayLetters,
    discard: discardLetter,
    deadLetterAudit: readLetterAudit,
  },
});
