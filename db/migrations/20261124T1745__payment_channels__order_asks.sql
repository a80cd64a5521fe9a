-- Orders are asked about in turn; what the company cannot tell of is asked about more seldom.

ALTER TABLE payment_channels_order ADD COLUMN asks INT NOT NULL DEFAULT 0 COMMENT 'how often the company was asked without a settling answer',
  ADD COLUMN ask_after DATETIME(6) NULL COMMENT 'when it is asked the next time';

UPDATE payment_channels_order SET ask_after = changed_at + INTERVAL 2 MINUTE;

ALTER TABLE payment_channels_order MODIFY ask_after DATETIME(6) NOT NULL COMMENT 'when it is asked the next time', ADD KEY ix_order_ask (channel_id, state, ask_after);
