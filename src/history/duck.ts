import type { DuckDBConnection } from '@duckdb/node-api';

export interface Duck {
  connection: DuckDBConnection;
  close(): void;
}

/** DuckDB in memory, which spills into `spillDir`. Extensions are never fetched. Loaded here and nowhere else: it is native code. */
export async function openDuck(options: { spillDir: string; memoryLimit: string }): Promise<Duck> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: options.memoryLimit,
    threads: '2',
    temp_directory: options.spillDir,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A text as a literal of SQL; COPY and read_parquet take no parameters for paths. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
