import { newAuthority } from "../proxy/certificate.ts";
import type { Fault, World } from "../world.ts";
import type { FaultKind } from "./kind.ts";

/** Stands until some invocations have failed of it; then it is mended, and so are the environments. */
function untilMended(
  name: string,
  invocations: number,
  mend: (world: World) => Promise<void> | void,
): Fault & { fired: number } {
  let isMended = false;
  const fault: Fault & { fired: number } = {
    name,
    fired: 0,
    async settled(_, __, world) {
      if (isMended) return;
      fault.fired += 1;
      if (fault.fired < invocations) return;
      isMended = true;
      await mend(world);
    },
  };
  return fault;
}

/** The config names a host that nobody knows. Whoever mends the name deploys anew. */
export const unknownHost: FaultKind = {
  name: "unknown-host",
  make(random) {
    let isUnknown = true;
    const fault = untilMended(this.name, 1 + random.below(3), ({ environments }) => {
      isUnknown = false;
      for (const environment of environments) environment.renewNext();
    });
    return {
      ...fault,
      get fired() {
        return fault.fired;
      },
      setUp(world) {
        const known = world.searchUrl;
        world.searchUrl = (environment) =>
          isUnknown ? `http://search-${world.token}.invalid:${environment.search.port}` : known(environment);
      },
    };
  },
};

/** The server's certificate has expired, until somebody renews it. */
export const expiredCertificate: FaultKind = {
  name: "expired-certificate",
  make(random) {
    const authority = newAuthority();
    const expired = authority.issue(new Date("2020-01-01"), new Date("2021-01-01"));
    const renewed = authority.issue(new Date("2020-01-01"), new Date("2048-01-01"));
    const fault = untilMended(this.name, 1 + random.below(3), ({ environments }) => {
      for (const { search } of environments) search.certify(renewed);
    });
    return {
      ...fault,
      get fired() {
        return fault.fired;
      },
      tls: expired,
      setUp({ settings }) {
        settings.sinks.search.tls = { ca: authority.cert };
      },
    };
  },
};
