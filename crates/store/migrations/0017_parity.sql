-- A contract may promise on days off the response of workdays.

ALTER TABLE contract ADD COLUMN parity BIGINT NOT NULL DEFAULT 0;
CREATE INDEX contract_parity ON contract (number, id) WHERE parity = 1;
