import { logs } from "./make-fixtures-formats-logs.ts";

// What RDS and Aurora publish to CloudWatch Logs, as the AWS guides and those of PostgreSQL, MySQL and MariaDB describe it.

const PG = "2026-11-03 09:05:00";

const postgresql = [
  `${PG} UTC::@:[7770]:LOG:  checkpoint starting: time`,
  `${PG} UTC:10.0.0.7(52834):app@shop:[20175]:ERROR:  column "wrong" does not exist at character 8`,
  `${PG} UTC:10.0.0.7(52834):app@shop:[20175]:STATEMENT:  SELECT wrong`,
  `${PG}.123 UTC:10.0.0.7(52834):app@shop:[20175]:LOG:  duration: 1234.567 ms  statement: SELECT id,\n\t'a: b'\n\tFROM orders`,
  `${PG} UTC:[local]:rdsadmin@rdsadmin:[9193]:LOG:  execute <unnamed>: SELECT $1::int`,
  `${PG} UTC:172.23.160.69(59176):[unknown]@[unknown]:[9002]:FATAL:  unsupported frontend protocol`,
  `${PG} +01:ip-10-0-0-7.eu-west-1.compute.internal(59176):app@shop:[9002]:WARNING:  in another zone`,
  `${PG} UTC:2001:db8::7(59176):app@shop:[9002]:LOG:  disconnection: session time: 0:00:01`,
  "goes on",
];

const slow = [
  "# Time: 2026-11-03T09:05:02.123456Z\n# User@Host: app[app] @  [10.0.0.7]  Id:   123\n# Query_time: 2.000123  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 0\nuse shop;\nSET timestamp=1793696700;\nselect sleep(2);",
  "# User@Host: app[app] @ web-1.example.com [10.0.0.7]\n# Thread_id: 8  Schema: shop  QC_hit: No\n# Query_time: 0.5  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 5\n# Rows_affected: 0  Bytes_sent: 60\n# Full_scan: Yes  Full_join: No  Tmp_table: No  Filesort: Yes\n#   InnoDB_IO_r_ops: 1  InnoDB_IO_r_wait: 0.25\nSET timestamp=1793696700.5;\nselect\n  'SET timestamp=1;'\nfrom orders;",
  "# Time: 261103  9:05:02\n# User@Host: rdsadmin[rdsadmin] @ localhost []  Id: 4\n# Query_time: 1  Lock_time: x Rows_sent: 01\nSHOW TABLES;",
  "/rdsdbbin/mysql/bin/mysqld, Version: 8.4.6 (Source distribution). started with:\nTcp port: 3306  Unix socket: /tmp/mysql.sock\nTime                 Id Command    Argument",
  "# administrator command: Quit;",
];

const errors = [
  "2026-11-03T09:05:00.123456Z 0 [System] [MY-010931] [Server] /rdsdbbin/mysql/bin/mysqld: ready for connections.",
  "2026-11-03T09:05:00.223456Z 77 [ERROR] [MY-012592] [InnoDB] Operating system error number 2",
  "2026-11-03  9:05:00 139 [Warning] Aborted connection 139 to db: 'shop'",
  "2026-11-03 09:05:00 [Note] InnoDB: starting",
  "stack_bottom = 0 thread_stack 0x49000",
];

const audit = [
  "20261103 09:05:00,ip-10-0-0-1,app,10.0.0.7,12,34,QUERY,shop,'SELECT \\'a\\', 1, \"b\"',0,,",
  "20261103 9:05:00,ip-10-0-0-1,app,web-1.example.com,12,0,DISCONNECT,shop,,0",
  "1793696700123456,shop-db-1,intruder,10.0.0.7,12,0,FAILED_CONNECT,,,1045",
  "1793696700123456,shop-db-1,app,localhost,12,7,READ,shop,orders,0",
  "1793696700123456,shop-db-1,rdsadmin,localhost,12,0,CONNECT,,,0,SOCKET",
  "1793696700123456,shop-db-1,app,10.0.0.7,12,7,QUERY,shop,'cut off",
  "no audit",
];

export const databaseFixtures: Readonly<Record<string, string>> = {
  "postgresql/instance.logs.json": logs("/aws/rds/instance/shop-db/postgresql", "shop-db.0", postgresql),
  "postgresql/other-log-group.logs.json": logs("/shop/databases", "shop-db", postgresql.slice(0, 2)),
  "mysql-slow/cluster.logs.json": logs("/aws/rds/cluster/shop-db/slowquery", "shop-db-instance-1", slow),
  "mysql-error/cluster.logs.json": logs("/aws/rds/cluster/shop-db/error", "shop-db-instance-1", errors),
  "mysql-audit/cluster.logs.json": logs("/aws/rds/cluster/shop-db/audit", "shop-db-instance-1.audit.log.0", audit),
};
