-- What pages list is found without reading what is over: two years of it are not looked through for a page of today.
DROP INDEX alert_open;
CREATE INDEX alert_open ON alert (id) WHERE status <> 'resolved';
DROP INDEX page_open;
CREATE INDEX page_open ON page (id) WHERE status <> 'ended';
CREATE INDEX incident_open ON incident (id) WHERE status NOT IN ('closed', 'cancelled');
CREATE INDEX postmortem_unpublished ON postmortem (id) WHERE state <> 'published';
DROP INDEX action_item_open;
CREATE INDEX action_item_listed ON action_item (state DESC, due_on, priority, id);
CREATE INDEX action_item_incident ON action_item (incident);
DROP INDEX notice_page;
CREATE INDEX notice_open ON notice (status_page) WHERE resolved_at IS NULL;
CREATE INDEX notice_resolved ON notice (status_page, resolved_at);
