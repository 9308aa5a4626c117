import type { OrderView } from "./order-view";

/** A row of `order_view`. An order of which only its payment has been heard of has neither status nor time. Times in ms since the epoch. */
export type ViewRow = { id: string; user_id: string; status: number | null; created_at: number | null; document: string; heard_at: number };

/** The document of an order that has a status and a time. */
export const shownIn = ({ document }: Pick<ViewRow, "document">): OrderView => JSON.parse(document) as OrderView;
