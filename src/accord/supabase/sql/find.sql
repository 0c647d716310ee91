-- Finding a record by what a person knows of it: its page, its row, its title.

create function sync.find_v1(p_titles jsonb, p_key jsonb, p_title jsonb, p_part jsonb)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  wanted uuid := (p_key #>> '{}')::uuid;
  words text := lower(p_title #>> '{}');
  part boolean := (p_part #>> '{}')::boolean;
  one record;
  these jsonb;
  found_all jsonb := '[]'::jsonb;
begin
  if jsonb_typeof(p_titles) = 'string' then p_titles := (p_titles #>> '{}')::jsonb; end if;
  for one in select t.key as home, t.value as title from jsonb_each_text(p_titles) t order by 1 loop
    execute format($q$
      select coalesce(jsonb_agg(jsonb_build_object('table', %1$L, 'row_id', k.id,
               'page_id', l.page_id,
               'title', coalesce(t.%2$I, d.tombstone ->> %2$L, ''),
               'deleted', t.id is null or t.deleted_at is not null) order by t.%2$I, k.id),
               '[]'::jsonb)
        from (
          select t.id from public.%1$I t
           where t.id = $1 or lower(t.%2$I) = $2
              or $3 and strpos(lower(t.%2$I), $2) > 0
          union
          select l.row_id from sync.link l
           where l.table_name = %1$L and (l.page_id = $1 or l.row_id = $1)
          union
          select d.row_id from sync.dirty d
           where d.table_name = %1$L
             and (d.row_id = $1 or lower(d.tombstone ->> %2$L) = $2
               or $3 and strpos(lower(d.tombstone ->> %2$L), $2) > 0)
          limit 100
        ) k
        left join public.%1$I t on t.id = k.id
        left join sync.link l on l.table_name = %1$L and l.row_id = k.id
        left join sync.dirty d on d.table_name = %1$L and d.row_id = k.id
      $q$, one.home, one.title) into these using wanted, words, part;
    found_all := found_all || these;
  end loop;
  return found_all;
end
$$;
comment on function sync.find_v1(jsonb, jsonb, jsonb, jsonb) is
  'The records with this page or row, or of this title, or with these words in it; the titles'' columns are given by table.';

revoke execute on function sync.find_v1(jsonb, jsonb, jsonb, jsonb) from public;
