-- Everything that three schemas hold, as things: kind, what it belongs to, name, definition.
-- Run with an empty search_path, so that every name in a definition has its schema.

with spaces as (
  select n.oid, n.nspname::text as space, n.nspacl, n.nspowner
    from pg_catalog.pg_namespace n where n.nspname in ('public', 'sync', 'reports')
), relations as (
  select c.*, s.space || '.' || pg_catalog.quote_ident(c.relname) as place
    from pg_catalog.pg_class c join spaces s on s.oid = c.relnamespace
   where c.relkind in ('r', 'v', 'S', 'c')
), routines as (
  select p.*, s.space || '.' || pg_catalog.quote_ident(p.proname) || '('
      || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' as place,
      s.space || '.' || pg_catalog.quote_ident(p.proname) || '(' || coalesce((
        select pg_catalog.string_agg(pg_catalog.format_type(t, null), ', ' order by n)
          from pg_catalog.unnest(p.proargtypes) with ordinality a(t, n)), '') || ')' as signature
    from pg_catalog.pg_proc p join spaces s on s.oid = p.pronamespace
), columns as (
  select a.*, r.place, r.relkind, d.adbin, d.adrelid
    from pg_catalog.pg_attribute a
    join relations r on r.oid = a.attrelid
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attnum > 0 and not a.attisdropped
), described(class, id, part, phrase) as (
  select 'pg_class'::regclass, r.oid, 0,
         case r.relkind when 'r' then 'table' when 'v' then 'view' when 'S' then 'sequence'
           else 'type' end || ' ' || r.place from relations r
  union all
  select 'pg_class'::regclass, c.attrelid, c.attnum,
         'column ' || c.place || '.' || pg_catalog.quote_ident(c.attname)
    from columns c where c.relkind in ('r', 'v')
  union all
  select 'pg_proc'::regclass, p.oid, 0, 'function ' || p.signature from routines p
  union all
  select 'pg_namespace'::regclass, s.oid, 0, 'schema ' || s.space from spaces s
  union all
  select 'pg_type'::regclass, r.reltype, 0, 'type ' || r.place from relations r
   where r.relkind = 'c'
), granted(phrase, acl) as (
  select d.phrase, coalesce(r.relacl, pg_catalog.acldefault(
      case r.relkind when 'S' then 's'::"char" else 'r'::"char" end, r.relowner))
    from relations r join described d on d.id = r.oid and d.part = 0
     and d.class = 'pg_class'::regclass where r.relkind <> 'c'
  union all
  select d.phrase, c.attacl
    from columns c join described d on d.id = c.attrelid and d.part = c.attnum
     and d.class = 'pg_class'::regclass
  union all
  select 'function ' || p.signature,
         coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)) from routines p
  union all
  select 'schema ' || s.space, coalesce(s.nspacl, pg_catalog.acldefault('n', s.nspowner))
    from spaces s
)
select 'schema' as kind, '' as place, s.space as name, '' as text from spaces s
union all
select 'table', '', r.place, pg_catalog.array_to_string(r.reloptions, ', ')
  from relations r where r.relkind = 'r'
union all
select 'security', r.place, '', pg_catalog.concat_ws(', ',
    case when r.relrowsecurity then 'enable' end, case when r.relforcerowsecurity then 'force' end)
  from relations r where r.relkind = 'r'
union all
select 'sequence', '', r.place, pg_catalog.format_type(s.seqtypid, null)
  from relations r join pg_catalog.pg_sequence s on s.seqrelid = r.oid
 where not exists (
   select from pg_catalog.pg_depend d
    where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype in ('i', 'a'))
union all
select 'type', '', r.place, '' from relations r where r.relkind = 'c'
union all
select case when c.relkind = 'r' then 'column' else 'attribute' end, c.place,
       pg_catalog.quote_ident(c.attname),
       pg_catalog.jsonb_build_object(
         'place', c.attnum, 'type', pg_catalog.format_type(c.atttypid, c.atttypmod),
         'default', case when c.attgenerated = '' then pg_catalog.pg_get_expr(c.adbin, c.adrelid) end,
         'generated', case when c.attgenerated <> '' then pg_catalog.pg_get_expr(c.adbin, c.adrelid) end,
         'identity', c.attidentity, 'not_null', c.attnotnull)::text
  from columns c where c.relkind in ('r', 'c')
union all
select 'constraint', r.place, pg_catalog.quote_ident(k.conname),
       pg_catalog.pg_get_constraintdef(k.oid)
  from pg_catalog.pg_constraint k join relations r on r.oid = k.conrelid
 where k.contype in ('p', 'u', 'f', 'c', 'x')
union all
select 'index', r.place, pg_catalog.quote_ident(i.relname),
       pg_catalog.pg_get_indexdef(x.indexrelid)
  from pg_catalog.pg_index x
  join relations r on r.oid = x.indrelid
  join pg_catalog.pg_class i on i.oid = x.indexrelid
 where not exists (
   select from pg_catalog.pg_constraint k
    where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x'))
union all
select 'trigger', r.place, pg_catalog.quote_ident(g.tgname), pg_catalog.pg_get_triggerdef(g.oid)
  from pg_catalog.pg_trigger g join relations r on r.oid = g.tgrelid where not g.tgisinternal
union all
select 'policy', r.place, pg_catalog.quote_ident(p.polname), pg_catalog.concat_ws(' ',
    case when not p.polpermissive then 'as restrictive' end,
    'for ' || case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
      when 'd' then 'delete' else 'all' end,
    'to ' || (
      select pg_catalog.string_agg(coalesce(pg_catalog.quote_ident(o.rolname), 'public'), ', '
               order by o.rolname)
        from pg_catalog.unnest(p.polroles) u(id) left join pg_catalog.pg_roles o on o.oid = u.id),
    'using (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
    'with check (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')')
  from pg_catalog.pg_policy p join relations r on r.oid = p.polrelid
union all
select 'function', pg_catalog.pg_get_function_result(p.oid) || ' (' || p.place || ')', p.signature,
       pg_catalog.pg_get_functiondef(p.oid) from routines p where p.prokind in ('f', 'p')
union all
select 'view', '', r.place, pg_catalog.concat('with (',
    pg_catalog.array_to_string(r.reloptions, ', '), ') as', chr(10),
    pg_catalog.pg_get_viewdef(r.oid)) from relations r where r.relkind = 'v'
union all
select 'comment', '', d.phrase, e.description
  from described d join pg_catalog.pg_description e
    on e.classoid = d.class and e.objoid = d.id and e.objsubid = d.part
 where d.phrase <> 'schema public'
union all
select 'comment', r.place, 'trigger ' || pg_catalog.quote_ident(g.tgname) || ' on ' || r.place,
       e.description
  from pg_catalog.pg_trigger g join relations r on r.oid = g.tgrelid
  join pg_catalog.pg_description e on e.objoid = g.oid and e.classoid = 'pg_trigger'::regclass
union all
select 'comment', r.place, 'policy ' || pg_catalog.quote_ident(p.polname) || ' on ' || r.place,
       e.description
  from pg_catalog.pg_policy p join relations r on r.oid = p.polrelid
  join pg_catalog.pg_description e on e.objoid = p.oid and e.classoid = 'pg_policy'::regclass
union all
select 'grant', g.phrase,
       case when x.grantee = 0 then 'public' else pg_catalog.quote_ident(o.rolname) end || ' '
         || pg_catalog.lower(x.privilege_type),
       case when x.is_grantable then 'with grant option' else '' end
  from granted g cross join lateral pg_catalog.aclexplode(g.acl) x
  left join pg_catalog.pg_roles o on o.oid = x.grantee
 where x.grantee is distinct from (
   select r.oid from pg_catalog.pg_roles r where r.rolname = current_user)
   and (x.grantee = 0 or o.rolname !~ '^pg_')
union all
select 'default', coalesce(s.space, ''), pg_catalog.concat_ws(' ', a.defaclobjtype, o.rolname,
    pg_catalog.lower(x.privilege_type)), ''
  from pg_catalog.pg_default_acl a
  left join spaces s on s.oid = a.defaclnamespace
  cross join lateral pg_catalog.aclexplode(a.defaclacl) x
  join pg_catalog.pg_roles o on o.oid = x.grantee
 where o.rolname <> current_user
