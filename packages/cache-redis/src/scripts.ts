/** An entry's text begins with the revisions of the tenant and the organization. */
const revisionsOf = `
local function revisions(entry)
  local tenant, organization = string.match(entry, '^(%d+) (%d+) ')
  return tonumber(tenant), tonumber(organization)
end`;

/**
 * Returns the entry if it is new enough. Otherwise the first caller is told to fill it and the others to wait; a
 * caller that dies while filling is given up after a while. All of it takes one round trip.
 *
 * KEYS: entry, filling. ARGV: least revisions of tenant and organization, how long filling may take in ms.
 */
export const findScript = `${revisionsOf}
local entry = redis.call('GET', KEYS[1])
if entry then
  local tenant, organization = revisions(entry)
  if tenant and tenant >= tonumber(ARGV[1]) and organization >= tonumber(ARGV[2]) then return entry end
end
if redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[3]) then return 'fill' end
return 'wait'`;

/**
 * Stores an entry, unless there is a newer one by now, and ends the filling.
 *
 * KEYS: entry, filling. ARGV: revisions of tenant and organization, the entry, its lifetime in ms.
 */
export const putScript = `${revisionsOf}
redis.call('DEL', KEYS[2])
local there = redis.call('GET', KEYS[1])
if there then
  local tenant, organization = revisions(there)
  if tenant and tenant >= tonumber(ARGV[1]) and organization > tonumber(ARGV[2]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 1`;
