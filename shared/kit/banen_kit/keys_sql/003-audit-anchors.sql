-- How far the audit log of each service had come, and with which hash; kept where the owner of its store cannot reach.

create table audit_anchors (
  service text not null,  -- the schema of its store
  number  bigint not null check (number > 0),
  hash    bytea not null check (octet_length(hash) = 32),
  at      timestamptz not null default clock_timestamp(),
  primary key (service, number)
);

-- The only way into `audit_anchors`. A service's role bears the name of its schema, and anchors no other's log.
create function anchor_audit(p_service text, p_number bigint, p_hash bytea) returns void
language plpgsql security definer set search_path from current as $$
declare v_number bigint; v_hash bytea;
begin
  if p_service <> session_user then
    raise exception '% may not anchor the audit log of %', session_user, p_service;
  end if;
  lock table audit_anchors in share row exclusive mode;
  select a.number, a.hash into v_number, v_hash
    from audit_anchors a where a.service = p_service order by a.number desc limit 1;
  if p_number < v_number then
    raise exception 'the audit log of % ends at row %, but row % was anchored', p_service, p_number, v_number;
  elsif p_number = v_number and p_hash <> v_hash then
    raise exception 'row % of the audit log of % is not the row that was anchored', p_number, p_service;
  elsif p_number is distinct from v_number then
    insert into audit_anchors (service, number, hash) values (p_service, p_number, p_hash);
  end if;
end $$;

create function refuse_to_change_anchors() returns trigger language plpgsql as $$
begin
  raise exception 'anchors are only ever added to';
end $$;
create trigger only_added_to before update or delete or truncate on audit_anchors
  for each statement execute function refuse_to_change_anchors();
