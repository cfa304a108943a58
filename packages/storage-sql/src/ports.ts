import type { Ports } from "@tenantry/core";
import { createAccessStore } from "./access/access.sql.ts";
import { createCopyStore } from "./copies/copies.sql.ts";
import { createEventStore } from "./events/events.sql.ts";
import { createIdempotencyStore } from "./idempotency/idempotency.sql.ts";
import { createKeyStore } from "./keys/keys.sql.ts";
import { createMemberStore } from "./members/members.sql.ts";
import { createMoveRecordStore } from "./moves/move-records.sql.ts";
import { createMoveStore } from "./moves/moves.sql.ts";
import { createOrganizationStore } from "./organizations/organizations.sql.ts";
import { createPlacementStore } from "./placements/placements.sql.ts";
import { createPlanStore } from "./plans/plans.sql.ts";
import { createPurgeStore } from "./purges/purges.sql.ts";
import { createRegisteredOrganizationStore } from "./registered-organizations/registered-organizations.sql.ts";
import { createResourceStore } from "./resources/resources.sql.ts";
import { createRoleStore } from "./roles/roles.sql.ts";
import { createSecurityLogStore } from "./security-log/security-log.sql.ts";
import type { Session } from "./session.ts";
import { createSessionStore } from "./sessions/sessions.sql.ts";
import { createTeamStore } from "./teams/teams.sql.ts";
import { createTenantStore } from "./tenants/tenants.sql.ts";
import { createUserStore } from "./users/users.sql.ts";

/** All ports over one connection. */
export function createPorts(session: Session): Ports {
  return {
    access: createAccessStore(session),
    copies: createCopyStore(session),
    events: createEventStore(session),
    idempotency: createIdempotencyStore(session),
    keys: createKeyStore(session),
    members: createMemberStore(session),
    moveRecords: createMoveRecordStore(session),
    moves: createMoveStore(session),
    organizations: createOrganizationStore(session),
    placements: createPlacementStore(session),
    plans: createPlanStore(session),
    purges: createPurgeStore(session),
    registeredOrganizations: createRegisteredOrganizationStore(session),
    resources: createResourceStore(session),
    roles: createRoleStore(session),
    securityLog: createSecurityLogStore(session),
    sessions: createSessionStore(session),
    teams: createTeamStore(session),
    tenants: createTenantStore(session),
    users: createUserStore(session),
  };
}
