-- What a provider tells of a message after it took it: delivered, busy, a key was pressed. Each word once for each attempt: providers repeat themselves.
CREATE TABLE delivery_report (
  notification TEXT COLLATE "C" NOT NULL, attempt BIGINT NOT NULL, what TEXT COLLATE "C" NOT NULL, detail TEXT NOT NULL, failed BIGINT NOT NULL, at BIGINT NOT NULL,
  CONSTRAINT delivery_report_once PRIMARY KEY (notification, attempt, what),
  CONSTRAINT delivery_report_of_an_attempt FOREIGN KEY (notification, attempt) REFERENCES attempt (notification, n)
);
