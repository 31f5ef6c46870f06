-- Who did what and who read what: a chain in which each row holds the hash of the row before it.

create table audit (
  number         bigint primary key,  -- gapless from 1
  at             timestamptz not null,
  subject        text not null,
  partner        text not null,
  roles          text[] not null,
  action         text not null,
  target         text,
  outcome        text not null,
  correlation_id uuid not null,
  purpose        text,
  detail         text not null,  -- JSON
  previous       bytea not null,  -- the hash of the row before; 32 zero bytes in the first
  hash           bytea not null
);
create index audit_target on audit (target, number) where target is not null;

-- The only way into `audit`. `p_roles` holds the roles of each entry with spaces between them.
-- What is hashed is a JSON array as jsonb writes it, in UTF-8; `banen_kit.audit.chain.digest` computes the same elsewhere.
create function audit_append(
  p_subjects text[], p_partners text[], p_roles text[], p_actions text[], p_targets text[], p_outcomes text[],
  p_correlations uuid[], p_purposes text[], p_details text[])
returns void language plpgsql security definer set search_path from current as $$
declare e record; v_at timestamptz; v_number bigint; v_previous bytea; v_hash bytea;
begin
  perform pg_advisory_xact_lock(17, store_number());
  -- a statement of its own after the lock, so that it sees what the last holder committed
  select a.number, a.hash into v_number, v_hash from audit a order by a.number desc limit 1;
  v_number := coalesce(v_number, 0);
  v_hash := coalesce(v_hash, decode(repeat('00', 32), 'hex'));
  v_at := clock_timestamp();
  for e in
    select u.subject, u.partner, string_to_array(u.roles, ' ') as roles, u.action, u.target, u.outcome,
           u.correlation_id, u.purpose, u.detail
      from unnest(p_subjects, p_partners, p_roles, p_actions, p_targets, p_outcomes, p_correlations, p_purposes, p_details)
           with ordinality as u (subject, partner, roles, action, target, outcome, correlation_id, purpose, detail, k)
     order by u.k
  loop
    v_number := v_number + 1;
    v_previous := v_hash;
    v_hash := sha256(convert_to(jsonb_build_array(
      v_number, extract(epoch from v_at)::text, e.subject, e.partner, e.roles, e.action, e.target, e.outcome,
      e.correlation_id, e.purpose, e.detail, encode(v_previous, 'hex'))::text, 'UTF8'));
    insert into audit values (
      v_number, v_at, e.subject, e.partner, e.roles, e.action, e.target, e.outcome, e.correlation_id, e.purpose, e.detail,
      v_previous, v_hash);
  end loop;
end $$;

-- A second line behind the rights, which do not bind the owner: undoing it takes a deliberate step.
create function refuse_to_change_audit() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is only ever added to';
end $$;
create trigger only_added_to before update or delete or truncate on audit
  for each statement execute function refuse_to_change_audit();
