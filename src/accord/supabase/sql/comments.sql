-- What each column of the ledger holds, for those who look at it in the dashboard.

comment on column sync.source.table_name is 'The table that the data source is kept in.';
comment on column sync.source.database_id is 'The Notion database.';
comment on column sync.source.data_source_id is 'The data source in it.';
comment on column sync.source.properties is
  'The properties as last seen: id, type and title of each.';
comment on column sync.source.watermark is
  'Pages that were edited since then are yet to be read; null before the first load.';
comment on column sync.source.walked_to is
  'How far the first load came, as a page''s creation time; null when it is done.';

comment on column sync.link.page_id is 'The page.';
comment on column sync.link.table_name is 'The table of its row.';
comment on column sync.link.row_id is 'The row.';
comment on column sync.link.base is
  'The record that both sides last held; null before they agreed.';
comment on column sync.link.deleted is 'Whether both sides last held it to be in the trash.';
comment on column sync.link.edited_at is 'When the page had last been edited, as seen then.';
comment on column sync.link.seen_at is 'When the page was last seen.';

comment on column sync.dirty.table_name is 'The table of the row.';
comment on column sync.dirty.row_id is 'The row.';
comment on column sync.dirty.version is 'The number of the edit; a later edit has a greater one.';
comment on column sync.dirty.op is 'I: inserted, U: updated, D: deleted.';
comment on column sync.dirty.notion_page_id is 'The page of the row, as far as it is known.';
comment on column sync.dirty.at is 'When the row was changed.';
comment on column sync.dirty.tombstone is 'The last values of a row that was deleted.';
comment on column sync.dirty.by_whom is 'Who changed it.';
comment on column sync.dirty.why is 'Why, where somebody said so.';
comment on column sync.dirty.refused is 'The version that Notion would not take.';

comment on column sync.intent.table_name is 'The table of the row.';
comment on column sync.intent.row_id is 'The row.';
comment on column sync.intent.intent is 'What is about to be sent to Notion.';

comment on column sync.stamp.page_id is 'The page.';
comment on column sync.stamp.table_name is 'The table of its row.';
comment on column sync.stamp.row_id is 'Its row, where it has one.';
comment on column sync.stamp.at is 'Since when its stamps are due.';

comment on column sync.waiting.table_name is 'The table of the record that points.';
comment on column sync.waiting.row_id is 'The record that points.';
comment on column sync.waiting.field is 'The relation.';
comment on column sync.waiting.target_table is 'The table that it points into.';
comment on column sync.waiting.target_page_id is 'The page that it points to.';
comment on column sync.waiting.position is 'Notion''s order: 0, 1, ...';
comment on column sync.waiting.link_table is
  'The link table that the link belongs into; null where a foreign key waits.';

comment on column sync.conflicts.id is 'The number of the conflict.';
comment on column sync.conflicts.table_name is 'The table of the row.';
comment on column sync.conflicts.row_id is 'The row.';
comment on column sync.conflicts.page_id is 'Its page.';
comment on column sync.conflicts.property is 'The title of the property in Notion.';
comment on column sync.conflicts.base_value is 'What both sides last held.';
comment on column sync.conflicts.notion_value is 'What Notion has.';
comment on column sync.conflicts.supabase_value is 'What Supabase has.';
comment on column sync.conflicts.policy is 'The policy that decided.';
comment on column sync.conflicts.winner is
  'The side whose value was kept: notion or supabase; held: a person has to decide.';
comment on column sync.conflicts.detected_at is 'When it was found.';
comment on column sync.conflicts.resolved_at is 'When it was settled; null while it waits.';
comment on column sync.conflicts.fingerprint is
  'Tells the same conflict seen twice from another one.';

comment on column sync.problem.key is 'The page, or the row where there is no page.';
comment on column sync.problem.page_id is 'The page.';
comment on column sync.problem.row_id is 'The row.';
comment on column sync.problem.table_name is 'The table.';
comment on column sync.problem.record is 'The title of the record.';
comment on column sync.problem.property is 'The title of the property, where it is about one.';
comment on column sync.problem.reason is 'What is wrong.';
comment on column sync.problem.remedy is 'What to do about it.';
comment on column sync.problem.first_seen is 'When it was first met.';
comment on column sync.problem.last_seen is 'When it was last met.';
comment on column sync.problem.times is 'How often it was met.';
comment on column sync.problem.ignored is 'Whether a person said to leave it at that.';

comment on column sync.round.id is 'The number of the round.';
comment on column sync.round.started_at is 'When it began.';
comment on column sync.round.ended_at is
  'When it ended; null: it was interrupted, or is under way.';
comment on column sync.round.direction is 'Which way data was to flow.';
comment on column sync.round.requests is 'How many requests it sent to Notion.';
comment on column sync.round.counts is 'How many records met with what, by table.';
comment on column sync.round.problems is 'What could not be brought into step.';

comment on column sync.changes.id is 'The number of the change.';
comment on column sync.changes.at is 'When it was applied.';
comment on column sync.changes.round is 'The round that applied it.';
comment on column sync.changes.table_name is 'The table of the row.';
comment on column sync.changes.row_id is 'The row.';
comment on column sync.changes.page_id is 'Its page.';
comment on column sync.changes.property is 'The title of the property in Notion.';
comment on column sync.changes.field is 'The attribute of the model.';
comment on column sync.changes.old is 'What it was.';
comment on column sync.changes.new is 'What it became.';
comment on column sync.changes.source is 'The side that the change came from.';
comment on column sync.changes.why is 'create, edit, merge, conflict, trash, restore, computed, undo or resolve.';
comment on column sync.changes.by_whom is 'Who did it, where known.';

comment on column sync.lease.workspace is 'What the lease is for.';
comment on column sync.lease.owner is 'The run that holds it.';
comment on column sync.lease.fence is
  'Grows with each owner; a write with an older one is refused.';
comment on column sync.lease.until is 'Until when it holds unless it is renewed.';

comment on column sync.readers.id is 'The number of the entry.';
comment on column sync.readers.user_id is 'The user, as in auth.users.';
comment on column sync.readers.row_id is
  'The record that may be read, with all that belongs to it; null: everything.';
comment on column sync.readers.granted_at is 'When the right was given.';
comment on column sync.readers.granted_by is 'Who gave it.';
