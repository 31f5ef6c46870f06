-- Nothing irreversible on the word of one clock: what was recorded while clocks disagreed or jumped is listed, and
-- nothing is erased by age until somebody confirmed it.

-- How far the store was looked through, and the latest moment at which something was recorded that is not ahead of now.
create table clock_watch (
  only_row boolean primary key default true check (only_row),
  position bigint not null,
  latest   timestamptz not null,
  is_ahead_listed boolean not null default false
);
insert into clock_watch (position, latest) values (0, '-infinity');

create table clock_suspects (
  position     bigint primary key,
  reason       text not null,
  noticed_at   timestamptz not null default clock_timestamp(),
  confirmed_by text,
  confirmed_at timestamptz
);
create index clock_suspects_open on clock_suspects (position) where confirmed_at is null;

-- When an event was recorded by the edge's clock; null where the edge did not say.
create function edge_time(p_metadata text) returns timestamptz language sql immutable as $$
  select (p_metadata::json ->> 'edgeTime')::timestamptz;
$$;

-- Looks at what was recorded since the last time, at most p_limit events: which of it cannot be dated?
-- What only inherited its moment from its stream, where that never decreases, is no new doubt.
create function look_at_clock(p_limit int, out now timestamptz, out latest timestamptz, out suspects bigint)
language plpgsql volatile as $$
declare w clock_watch; upto bigint; tolerance constant interval := '1 minute';
begin
  select * into w from clock_watch for update;
  now := clock_timestamp();
  select max(e.position) into upto
    from (select position from read_all(w.position, p_limit)) e;
  if upto is not null then
    insert into clock_suspects (position, reason)
    select s.position, s.reason from (
      select e.position, e.stream, e.version, e.recorded_at,
             case when e.recorded_at > look_at_clock.now + tolerance then 'ahead-of-now'
                  when abs(extract(epoch from e.recorded_at - edge_time(e.metadata))) > 60 then 'clocks-differ'
                  when e.recorded_at + tolerance < greatest(w.latest, max(e.recorded_at)
                         filter (where e.recorded_at <= look_at_clock.now + tolerance)
                         over (order by e.position rows between unbounded preceding and 1 preceding)) then 'went-back'
             end as reason
        from events e where e.position > w.position and e.position <= upto) s
     where s.reason is not null
       and not exists (select from events p where p.stream = s.stream and p.version = s.version - 1
                        and p.recorded_at = s.recorded_at)
    on conflict (position) do nothing;
    select greatest(w.latest, max(e.recorded_at)) into w.latest from events e
     where e.position > w.position and e.position <= upto and e.recorded_at <= look_at_clock.now + tolerance;
    w.position := upto;
  end if;
  if now + tolerance < w.latest and not w.is_ahead_listed then
    insert into clock_suspects (position, reason)
    select e.position, 'ahead-of-now' from events e
     where e.position <= w.position and e.recorded_at > look_at_clock.now + tolerance order by e.position limit 10000
    on conflict (position) do update set confirmed_at = null, confirmed_by = null;
    w.is_ahead_listed := true;
  end if;
  update clock_watch c set position = w.position, latest = w.latest, is_ahead_listed = w.is_ahead_listed
   where (c.position, c.latest, c.is_ahead_listed) is distinct from (w.position, w.latest, w.is_ahead_listed);
  latest := w.latest;
  select count(*) into suspects from clock_suspects c where c.confirmed_at is null;
end $$;

-- The clock itself was seen to jump: whatever was recorded last is where to look.
create function note_clock_jump() returns void language sql as $$
  insert into clock_suspects (position, reason) select coalesce(max(position), 0), 'jumped' from events
  on conflict (position) do update set confirmed_at = null, confirmed_by = null;
$$;

-- Somebody looked at them, up to a position; from now on the clock is taken as it is.
create function confirm_clock(p_until bigint, p_by text) returns bigint language plpgsql as $$
declare confirmed bigint;
begin
  update clock_suspects set confirmed_at = clock_timestamp(), confirmed_by = p_by
   where confirmed_at is null and position <= p_until;
  get diagnostics confirmed = row_count;
  update clock_watch set latest = least(latest, clock_timestamp()), is_ahead_listed = false;
  return confirmed;
end $$;

-- What has been kept long enough, since when that is known, and on how many later days it was still so.
create table retention_due (
  kind      text not null,
  ref       text not null,
  since     date not null,
  seen_on   date not null,
  days      int not null default 0,
  confirmed boolean not null default false,
  primary key (kind, ref)
);

create table retention_passes (
  number int generated always as identity primary key,
  day    date not null,
  erased int not null
);
