import { eventSchema, listEventsSchema } from "@tenantry/core";
import { z } from "zod";
import { defineOperations } from "../operation.ts";
import { pageOf } from "../page-of.ts";

/** Here `cursor` and `after` mean the same number: `next_cursor` is the sequence number of the page's last event. */
const listEventsQuery = listEventsSchema.extend({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, "is not a cursor of this list")
    .optional(),
});

export const eventOperations = defineOperations({
  listEvents: {
    method: "GET",
    path: "/api/v1/organizations/{organization_id}/events",
    tag: "Events",
    summary: "Read the events of an organization in order",
    description:
      "`next_cursor` is the sequence number of the page's last event. Keep it, and send it as `after` later to read the events that were added since.",
    permission: "event:read",
    effect: "read",
    query: listEventsQuery,
    status: 200,
    answer: pageOf(eventSchema),
    errors: ["organization_not_found", "permission_denied"],
  },
});
