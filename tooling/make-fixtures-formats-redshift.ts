import { ACCOUNT, REGION } from "./make-fixtures-events.ts";

// Audit logs as the Redshift guide describes them, with its padding.

const DAY = "Tue, 03 Nov 2026 09:05:0";

const connections = [
  `initiating session |${DAY}1:004|::ffff:198.51.100.7 |51234 |1073832321|dev |awsuser |password |0|TLSv1.2 |ECDHE-RSA-AES128-SHA256:TLSv1.2 |0| | | |DBeaver 24 |Linux 6.1 |Redshift JDBC 2.1 | |2 |8b0c3a5e |lz4 `,
  `authenticated |${DAY}1:120|2001:db8::7 |51234 |1073832321|dev |awsuser |IAM AssumeUser |0|TLSv1.3 |TLS_AES_128_GCM_SHA256 |0| | |6d8f3b1e |psql |Linux |PG | |3 | | `,
  `disconnecting session |${DAY}9:999|[local] | |1073832322|dev |rdsdb |Ident |8765432|||0| | |`,
  `authentication failure |Tue, 3 Nov 2026 09:05:02:000|198.51.100.9 |51235 |1073832323|dev |nobody |password |0`,
  "authenticated |yesterday|198.51.100.9 |51235 |1073832323|dev |nobody |password |0",
];

const users = [
  `104|ana| |create|0|0|0||1073832321|4567|${DAY}3:250`,
  `104|ana maria |ana |rename|0|0|0| |1073832321|4568|${DAY}4:250`,
  `104|ana maria | |drop|0|0|0|infinity |1073832321|4569|${DAY}5:250`,
];

const entry = (second: number, statement: string): string =>
  `'2026-11-03T09:05:0${second}Z UTC [ db=dev user=ana maria pid=1073832321 userid=104 xid=4567 ]' LOG: ${statement}`;

const activity = [
  entry(1, "select 1"),
  entry(2, 'create table orders (\n  id bigint, -- the "key"\n\n  placed timestamp\n)\ndistkey(id);'),
  entry(3, "SET query_group to 'xid=1 ]'' LOG: not the end'"),
  "'2026-11-03T09:05:04Z UTC [ db=dev user=rdsdb ]' LOG: cut off",
];

const key = (kind: string): string =>
  `AWSLogs/${ACCOUNT}/redshift/${REGION}/2026/11/03/${ACCOUNT}_redshift_${REGION}_shop_${kind}_2026-11-03T09_05.log`;

const logs = (kind: string, messages: readonly string[]): string =>
  `${JSON.stringify({
    messageType: "DATA_MESSAGE",
    owner: ACCOUNT,
    logGroup: `/aws/redshift/cluster/shop/${kind}`,
    logStream: "shop",
    subscriptionFilters: ["all"],
    logEvents: messages.map((message, i) => ({ id: `3817${i}`, timestamp: 1793696750000 + i, message })),
  })}\n`;

export const redshiftFixtures: Readonly<Record<string, string>> = {
  [`redshift-connection/${key("connectionlog")}`]: `${connections.join("\n")}\n`,
  "redshift-connection/cluster.logs.json": logs("connectionlog", connections.slice(0, 1)),
  [`redshift-user/${key("userlog")}`]: `${users.join("\n")}\n`,
  [`redshift-activity/${key("useractivitylog")}`]: `${activity.join("\n")}\n`,
  "redshift-activity/cluster.logs.json": logs("useractivitylog", activity.slice(1, 2)),
};
