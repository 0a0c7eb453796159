-- What a provider tells of a message after it took it: delivered, busy, a key was pressed. Each word once for each attempt: providers repeat themselves.
CREATE TABLE delivery_report (
  notification TEXT NOT NULL, attempt INTEGER NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL, failed INTEGER NOT NULL, at INTEGER NOT NULL,
  CONSTRAINT delivery_report_once PRIMARY KEY (notification, attempt, what),
  CONSTRAINT delivery_report_of_an_attempt FOREIGN KEY (notification, attempt) REFERENCES attempt (notification, n)
) STRICT;
