-- What became of a message, for those who may go on only when it has gone out.

CREATE VIEW outbox_message_state AS
SELECT message_id, state, finished_at FROM outbox_message;
