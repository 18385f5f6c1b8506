/** What is urgent is claimed first, and found without reading what is not. */
export const urging = `
alter table lifeboat.outbox add column urgent boolean not null default false;
drop index lifeboat.outbox_due;
create index outbox_due on lifeboat.outbox (surface, urgent desc, ordinal) where status = 'queued';
`;
