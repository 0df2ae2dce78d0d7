// Logs in the Extended Log File Format of W3C: its examples, and what servers make of it.

export const w3cFixtures: Readonly<Record<string, string>> = {
  "w3c/day-above.log": `#Version: 1.0
#Date: 2026-11-03 00:00:00
#Fields: time cs-method cs-uri
00:34:23 GET /foo/bar.html
12:21:16 GET /foo/bar.html?q=1

#Date: 2026-11-04 00:00:00
00:00:01 GET /
`,
  "w3c/other-server.log": `#Software: Example Proxy 2.1
#Version: 1.0
#Remark: fields change in the middle
#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status sc-bytes time-taken cs(User-Agent) x-cache
2026-11-03 09:05:00 198.51.100.7 GET /basket page=2 200 512 0.034 "Mozilla/5.0 (X11; Linux x86_64)" HIT
2026-11-03 09:05:01 2001:db8::7 POST /pay - 502 - 1.5 curl/8.5.0 -
#Fields: date time s-ip s-port cs-version sc-status
2026-11-03 09:05:02 192.0.2.1 443 HTTP/1.1 304
2026-11-03 09:05:03 192.0.2.1 443 HTTP/1.1 304 extra columns
not a line of this log
`,
  "w3c/tabs.log": "#Fields: date\ttime\tc-ip\tcs-username\tsc-status\n2026-11-03\t09:05:00\tunknown\tana maria\t200\n",
};
