// The parts of better-auth that the bench uses. Only the bench installs the package, so the type
// check must work without it.

declare module "better-auth" {
  export type Call = { headers: Headers; body?: unknown; query?: unknown };
  export type Auth = {
    handler(request: Request): Promise<Response>;
    $context: Promise<{
      secret: string;
      internalAdapter: { createSession(userId: string): Promise<{ token: string }> };
    }>;
    api: {
      hasPermission(call: Call): Promise<{ success: boolean }>;
      listOrganizations(call: Call): Promise<unknown[]>;
      listMembers(call: Call): Promise<{ members: unknown[]; total: number }>;
      createOrganization(call: Call): Promise<{ id: string }>;
    };
  };
  export function betterAuth(options: unknown): Auth;
}

declare module "better-auth/plugins" {
  export function organization(options?: unknown): unknown;
}

declare module "better-auth/db/migration" {
  export function getMigrations(options: unknown): Promise<{ runMigrations(): Promise<void> }>;
}

declare module "better-auth/node" {
  import type { RequestListener } from "node:http";
  export function toNodeHandler(auth: unknown): RequestListener;
}
