-- A watermark ahead of our own clock is not believed; it is kept to be shown.
alter table watermarks add column refused timestamptz;
