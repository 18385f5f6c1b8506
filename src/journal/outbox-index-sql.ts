/** How the outbox finds the messages of one call, and those whose receipts are awaited, without going through all of a storm. */
export const finding = `
create index outbox_subject on lifeboat.outbox (view, subject_id);
create index outbox_receipts on lifeboat.outbox (greatest(sent_at, delivered_at)) where provable;
`;
