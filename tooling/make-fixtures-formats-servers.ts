import { logs } from "./make-fixtures-formats-logs.ts";

// Access and error logs of web servers, broker logs of Kafka, syslog, and logfmt, as their documentation describes them.

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join("");
const AT = "[03/Nov/2026:09:05:00 +0000]";

const apacheAccess = lines(
  `203.0.113.5 - - ${AT} "GET /a/b.png?x=1#top HTTP/1.1" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; \\"I\\" ;Nav)"`,
  '203.0.113.5 - jürgen [03/Nov/2026:10:05:00 +0100] "GET / HTTP/1.1" 404 -',
  `shop.example.com:443 2001:db8::7 ident - ${AT} "POST /pay HTTP/2.0" 302 0 "-" "-"`,
  `shop.example.com:443 2001:db8::7 - - ${AT} "POST /pay HTTP/2.0" 302 0 "-" "-"`,
  `host.example.net - - ${AT} "-" 408 -`,
  `203.0.113.5 - - ${AT} "\\x16\\x03\\x01 foo" 400 226 "-" "-"`,
  `203.0.113.5 - - ${AT} "GET /a b HTTP/1.1" 200 12 1234 "-" "curl/8.5.0" X-Forwarded-For="10.0.0.1, 198.51.100.3"`,
  `203.0.113.5 - "quoted user" ${AT} "GET / HTTP/1.1" 200 12 "-" "never closed`,
  `203.0.113.5 - - ${AT} "GET / HTTP/1.1" 20 12`,
  "no access log",
);

const nginxAccess = lines(
  `203.0.113.5 - - ${AT} "GET /ocelot HTTP/1.1" 200 571 "-" "Mozilla/5.0 (X11)"`,
  `10.0.0.2, 10.0.0.1, 203.0.113.9 - - ${AT} "GET /ocelot HTTP/1.1" 500 571 "-" "Mozilla/5.0"`,
  `10.0.0.2, 10.0.0.1 - - ${AT} "GET / HTTP/1.1" 200 0 "-" "-"`,
  `127.0.0.1:8080 203.0.113.5 - root ${AT} "GET / HTTP/1.1" 200 571 0.051 "-" "curl/8.5.0" "198.51.100.2"`,
  `www.example.com 203.0.113.5 - - ${AT} "GET http://other.example.com:81/x HTTP/1.1" 200 571 "http://a/?q=\\x22" "-"`,
  `unix: - - ${AT} "GET / HTTP/1.1" 200 571 "-" "-"`,
  `203.0.113.5 - - ${AT} "" 400 0 "-" "-"`,
);

const nginxError = lines(
  '2026/11/03 09:05:00 [error] 29#31: *1 open() "/usr/share/nginx/html/x" failed (2: No such file or directory), client: 203.0.113.5, server: shop.example.com, request: "GET /x?a="b HTTP/1.1", host: "localhost:8080", referrer: "http://www.example.com/"',
  '2026/11/03 09:05:00 [notice] 1#1: using the "epoll" event method',
  "2026/11/03 09:05:00 [crit] 29#31: *9007199254740993 SSL_do_handshake() failed, client: unix:, server: 0.0.0.0:443",
  "2026/11/03 09:05:00 [emerg] no process",
);

const apacheError = lines(
  "[Tue Nov 03 09:05:00.123456 2026] [core:error] [pid 35708:tid 4328636416] [client 203.0.113.5:4711] AH00128: File does not exist: /var/www/x, referer: http://www.example.com/",
  "[Tue Nov 03 09:05:00 2026] [error] [client ::1] File does not exist: /var/www/favicon.ico",
  "[Tue Nov 03 09:05:00.1 2026] [mpm_event:notice] [pid 1] AH00489: Apache/2.4 configured -- resuming normal operations",
  "[Tue Nov 03 09:05:00.1 2026] [proxy:warn] [pid 1] [client 2001:db8::5:54321] (22)Invalid argument",
  "[Tue Nov 03 09:05:00.1 2026] [ssl:trace3] [pid 1] [client web.example.com:1] traced",
  "[Tue Nov 03 09:05:00.1 2026] [loud] none",
);

const kafka = [
  "[2026-11-03 09:05:00,123] INFO [GroupCoordinator 1]: Preparing to rebalance group shop (kafka.coordinator.group.GroupCoordinator)",
  "[2026-11-03 09:05:00,223] ERROR [KafkaApi-1] Error when handling request (kafka.server.KafkaApis)\njava.io.IOException: Connection reset: by peer\n\tat kafka.server.KafkaApis.handle(KafkaApis.scala:1)",
  "[2026-11-03 09:05:00,323] WARN  no class (at all)",
  "[2026-11-03 09:05:00,423] LOUD none (a.B)",
];

const iis = lines(
  "#Software: Microsoft Internet Information Services 10.0",
  "#Version: 1.0",
  "#Date: 2026-11-03 09:05:00",
  "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken",
  "2026-11-03 09:05:00 10.0.0.7 GET /shop/cart.aspx q=a%20b&r=%zz 80 - 203.0.113.5 Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64) http://www.example.com/ 200 0 0 123",
  "2026-11-03 09:05:01 fe80::1%4 GET / - 80 CORP\\user fe80::2%5 - - 401 3 5 725",
  "#Fields: date time s-sitename s-computername cs-method cs-uri-stem cs-version cs-host sc-status sc-bytes cs-bytes cs(Cookie) X-Forwarded-For",
  "2026-11-03 09:05:02 W3SVC1 WEB-1 POST /pay HTTP/1.1 shop.example.com 500 1234 99 id=7 198.51.100.3,+10.0.0.1",
  "too short",
);

const syslog = lines(
  '<165>1 2026-11-03T09:05:00.003Z mymachine.example.com evntslog 8710 ID47 [exampleSDID@32473 iut="3" eventSource="App\\"x\\]" eventID="1011"][b] \ufeffAn application event',
  "<34>1 2026-11-03T10:05:00.5+01:00 host su - ID47 - 'su root' failed",
  "<13>1 - - - - - - no time",
  "<34>Nov  3 09:05:00 mymachine su[12]: 'su root' failed on /dev/pts/8",
  "Nov  3 09:05:00 ip-10-0-0-7 sshd[123]: Accepted publickey for ec2-user from 203.0.113.5 port 22",
  "Dec 31 23:59:59 ip-10-0-0-7 kernel: [    0.000000] Linux version",
  "2026-11-03T10:05:00.123456+01:00 host CRON[5]: (root) CMD (true)",
  "<191>Nov  3 09:05:00 h a message without a program",
  "<192>Nov  3 09:05:00 h app: no such priority",
  '<165>1 2026-11-03T09:05:00.003Z h a 1 - [open a="b] no end',
  "no syslog",
);

const logfmt = lines(
  'time=2026-11-03T09:05:00Z level=info msg="order paid: \\"4711\\"" duration=12.5ms empty=',
  'ts=1793696700.123 lvl=warn message=plain path="/a b" big=9007199254740993 key=1 key=2',
  'at=info method=GET path=/ unicode="gr\\u00fcn \\x1b[0m\\t" log=last done',
  '  level=debug\ttab="separated"  ',
  "words only",
  'level=error msg="never closed',
);

export const serverFixtures: Readonly<Record<string, string>> = {
  "apache-access/access.log": apacheAccess,
  "apache-error/error.log": apacheError,
  "apache-error/httpd.logs.json": logs(
    "/ec2/httpd/error_log",
    "i-0123456789abcdef0",
    apacheError.split("\n").slice(0, 2),
  ),
  "iis/u_ex261103.log": iis,
  "iis/W3SVC1/u_ex261104.log": iis.split("\n").slice(4, 6).join("\n"),
  "kafka/broker.logs.json": logs("/msk/shop", "Broker-1", kafka),
  "kafka/AWSLogs/123456789012/KafkaBrokerLogs/eu-west-1/shop-2f0d/2026-11-03-09/Broker-1_09-05_a1b2c3d4.log": lines(
    ...kafka,
  ),
  "logfmt/app.log": logfmt,
  "nginx-access/nginx/access.log": nginxAccess,
  "nginx-access/logs.logs.json": logs(
    "/ec2/nginx/access.log",
    "i-0123456789abcdef0",
    nginxAccess.split("\n").slice(0, 2),
  ),
  "nginx-error/error.log": nginxError,
  "syslog/messages": syslog,
  "syslog/messages.logs.json": logs("/var/log/messages", "i-0123456789abcdef0", syslog.split("\n").slice(0, 7)),
};
