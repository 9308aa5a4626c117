import { createConnection } from "mysql2";

import type { Snapshot, SqlValue } from "./snapshot";

const batch = 500;

/** InnoDB's own snapshot: REPEATABLE READ from the start of the transaction on. */
export async function mysqlSnapshot(url: string): Promise<Snapshot> {
  const connection = createConnection({ uri: url, charset: "UTF8MB4_BIN", decimalNumbers: true });
  const run = <Row>(sql: string, values: readonly SqlValue[] = []) =>
    new Promise<Row[]>((resolve, reject) =>
      connection.query(sql, [...values], (error, rows) => (error ? reject(error) : resolve(rows as Row[]))),
    );

  let streaming = false;
  async function* batches<Row extends object>(sql: string, values: readonly SqlValue[] = []): AsyncIterable<Row[]> {
    let rows: Row[] = [];
    streaming = true;
    for await (const row of connection.query(sql, [...values]).stream({ highWaterMark: batch })) {
      rows.push(row as Row);
      if (rows.length < batch) continue;
      yield rows;
      rows = [];
    }
    streaming = false;
    if (rows.length > 0) yield rows;
  }

  /** Behind a stream that was not read to its end a farewell would wait for ever. */
  const close = async () => {
    if (streaming) connection.destroy();
    else await new Promise<void>((resolve, reject) => connection.end((error) => (error ? reject(error) : resolve())));
  };
  try {
    // The server must not take a reader for dead that waits until the other databases have come as far.
    await run("set session net_write_timeout = 3600");
    await run("set session transaction isolation level repeatable read");
    await run("start transaction with consistent snapshot, read only");
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return { all: run, batches, close };
}
