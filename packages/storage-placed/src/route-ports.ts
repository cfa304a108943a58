import { type Awaitable, installationMethods } from "@tenantry/core";
import { andThen } from "./awaitable.ts";

export interface Router<P> {
  /** Hears of changes by other processes, of which one may have moved the tenant. */
  catchUp(tenantId: string): Awaitable<void>;
  /** Whether the tenant is known to live in the main database: a single look-up. */
  isInMain(tenantId: string): boolean;
  /** Keeps the storage from closing until a call has its answer. */
  track<T>(call: Awaitable<T>): Awaitable<T>;
  /** Runs work with the ports of the place where a tenant lives. */
  route(tenantId: string, work: (ports: P) => Awaitable<unknown>): Awaitable<unknown>;
}

type Method = (...args: readonly unknown[]) => Awaitable<unknown>;
type Methods = Readonly<Record<string, Readonly<Record<string, Method>>>>;

const ofInstallation: ReadonlySet<string> = new Set(installationMethods);

/**
 * Ports that route every call to where its tenant lives. The tenant is the first argument of each method except those
 * of the installation, so a new method is routed without further code.
 */
export function routePorts<P extends object>(main: P, router: Router<P>): P {
  const routed = Object.entries(main as unknown as Methods).map(([port, methods]) => [
    port,
    Object.fromEntries(
      Object.entries(methods).map(([name, method]) => [
        name,
        ofInstallation.has(`${port}.${name}`) ? method : routeMethod(port, name, method, router),
      ]),
    ),
  ]);
  return Object.fromEntries(routed) as P;
}

function routeMethod<P>(port: string, name: string, ofMain: Method, router: Router<P>): Method {
  return (...args) => {
    const [tenantId] = args;
    if (typeof tenantId !== "string") return ofMain(...args);
    const answer = andThen(router.catchUp(tenantId), () =>
      router.isInMain(tenantId)
        ? ofMain(...args)
        : router.route(tenantId, (ports) => (ports as unknown as Methods)[port]?.[name]?.(...args)),
    );
    return router.track(answer);
  };
}
