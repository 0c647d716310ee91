-- Who may write: one at a time, and one who was replaced without noticing writes nothing more.

create function sync.take_lease_v1(
  p_workspace jsonb, p_owner jsonb, p_seconds jsonb, p_instead_of jsonb
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  wanted text := p_owner #>> '{}';
  held sync.lease;
begin
  insert into sync.lease (workspace, owner, fence, until)
  values (p_workspace #>> '{}', '', 0, '-infinity')
  on conflict do nothing;
  select * into held from sync.lease l where l.workspace = p_workspace #>> '{}' for update;
  if held.owner = wanted or held.until <= clock_timestamp()
    or held.owner = p_instead_of #>> '{}'
  then
    update sync.lease l
       set owner = wanted,
           fence = case when held.owner = wanted then l.fence else l.fence + 1 end,
           until = clock_timestamp() + make_interval(secs => (p_seconds #>> '{}')::float)
     where l.workspace = held.workspace
    returning * into held;
  end if;
  return jsonb_build_object('owner', held.owner, 'fence', held.fence, 'until', held.until,
    'mine', held.owner = wanted);
end
$$;
comment on function sync.take_lease_v1(jsonb, jsonb, jsonb, jsonb) is
  'Makes one the owner who may write, where nobody else is, and answers who it is.';

create function sync.give_back_lease_v1(p_workspace jsonb, p_fence jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  update sync.lease l set owner = '', until = clock_timestamp()
   where l.workspace = p_workspace #>> '{}' and l.fence = (p_fence #>> '{}')::bigint;
  return to_jsonb(found);
end
$$;
comment on function sync.give_back_lease_v1(jsonb, jsonb) is
  'Lets others write, unless another has taken over already.';

create function sync.fenced_v1(
  p_workspace jsonb, p_fence jsonb, p_function jsonb, p_args jsonb
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  given text;
  answer jsonb;
begin
  if jsonb_typeof(p_args) = 'string' then p_args := (p_args #>> '{}')::jsonb; end if;
  -- The lock lasts as long as this transaction: whoever takes over waits for its end.
  perform from sync.lease l
   where l.workspace = p_workspace #>> '{}' and l.fence = (p_fence #>> '{}')::bigint
     for share;
  if not found then
    -- Over HTTP a code PTxyz is the status xyz; 409 is a conflict.
    raise exception 'another run has taken over' using errcode = 'PT409';
  end if;
  select coalesce(string_agg(format('$1 -> %s', n), ', ' order by n), '') into given
    from generate_series(0, jsonb_array_length(p_args) - 1) n;
  execute format('select sync.%I(%s)', p_function #>> '{}', given) into answer using p_args;
  return answer;
end
$$;
comment on function sync.fenced_v1(jsonb, jsonb, jsonb, jsonb) is
  'Calls a function of this schema, if the owner with this fence has not been replaced.';

revoke execute on function sync.take_lease_v1(jsonb, jsonb, jsonb, jsonb) from public;
revoke execute on function sync.give_back_lease_v1(jsonb, jsonb) from public;
revoke execute on function sync.fenced_v1(jsonb, jsonb, jsonb, jsonb) from public;
