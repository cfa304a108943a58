import type { Operation, OperationId, Operations, PathParameters } from "@tenantry/contract";
import type { Awaitable, Context, JsonPage, Page } from "@tenantry/core";
import type { z } from "zod";
import type { ServerParts } from "../server-parts.ts";

/** What a handler works with: everything parsed, the caller known. */
export interface Call<O extends Operation> {
  readonly server: ServerParts;
  readonly ctx: Context;
  /** The parameters of the path. They are looked up and never parsed. */
  readonly params: PathParameters<O["path"]>;
  readonly query: QueryOf<O>;
  readonly body: BodyOf<O>;
  /** Where the request came from. */
  readonly address: string;
}

type QueryOf<O extends Operation> = O extends { query: infer Q extends z.ZodType }
  ? z.output<Q>
  : unknown;
type BodyOf<O extends Operation> = O extends { body: infer B extends z.ZodType }
  ? z.output<B>
  : unknown;

/** What a handler answers: the body that the contract owes. A list may come as finished JSON. */
type Answer<Schema extends z.ZodType> =
  z.output<Schema> extends {
    readonly items: readonly (infer Item)[];
  }
    ? JsonPage | Page<Item>
    : z.output<Schema>;

/**
 * Answers one operation: calls one use case and gives back what it gave. Status, ETag, Location and the form of the body follow from
 * the contract, so that a replay under an idempotency key is presented as the first answer was.
 */
export type Handler<O extends Operation> = (
  call: Call<O>,
) => O["answer"] extends z.ZodType ? Awaitable<Answer<O["answer"]>> : Promise<void>;

/** A handler for every operation of the contract: a new row does not compile without one. */
export type Routes = { readonly [Id in OperationId]: Handler<Operations[Id]> };
