-- Headers stand as the lines that go over the wire, so that nothing is done with them between writing and sending.
update publications set headers = (
  select string_agg(name || ': ' || value || E'\r\n', '' order by place)
    from json_each_text(headers::json) with ordinality as h (name, value, place));
-- A relay of before this step could still be running.
alter table publications add constraint headers_are_lines check (headers not like '{%');
