import { eventSchema, listEventsSchema } from "@tenantry/core";
import { z } from "zod";
import { defineOperations } from "../operation.ts";
import { pageOf } from "../page-of.ts";

/** A list's `cursor` and the feed's `after` are the same number here: `next_cursor` is the last event's sequence. */
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
      "After a sequence number; `next_cursor` is the last event's, to go on from whenever there are more.",
    permission: "event:read",
    effect: "read",
    query: listEventsQuery,
    status: 200,
    answer: pageOf(eventSchema),
    errors: ["organization_not_found", "permission_denied"],
  },
});
