import { spawnSync } from "node:child_process";

/** Whether there is a Python to try the files on. */
export const hasPython = spawnSync("python3", ["--version"]).status === 0;

/** Runs a program and gives what it prints as JSON. */
export function runPython(program: string, directory: string): unknown {
  const { status, stdout, stderr } = spawnSync("python3", ["-c", program], {
    cwd: directory,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/**
 * Loads the two files by the rules of the module's loader, and as unforgiving: whatever is wrong with one record ends it. Prints how many
 * organizations and members there are, and whether the files are to the byte what the module would write.
 */
export const loader = `
import json
from datetime import datetime

def text(value, longest=None):
    assert isinstance(value, str) and value and (longest is None or len(value) <= longest), value
    return value

def moment(value):
    assert isinstance(value, str) and "T" in value and datetime.fromisoformat(value).tzinfo is None, value

def load(name):
    with open(name) as file:
        content = file.read()
    value = json.loads(content)
    return value, json.dumps(value, indent=2) == content

organizations, same_organizations = load("organizations.json")
lists, same_lists = load("org_users.json")

assert list(organizations) and set(organizations) == set(lists), "a list for every organization"
for key, one in organizations.items():
    assert list(one) == ["id", "name", "created_at", "plan_tier", "lago_customer_id", "stripe_customer_id", "status"], one
    assert one["id"] == key and key.startswith("org_"), key
    text(one["name"], 200)
    moment(one["created_at"])
    text(one["plan_tier"])
    assert all(one[field] is None or isinstance(one[field], str) for field in ("lago_customer_id", "stripe_customer_id"))
    assert one["status"] in ("active", "suspended", "deleted"), one
for key, members in lists.items():
    assert len({member["user_id"] for member in members}) == len(members), members
    for member in members:
        assert list(member) == ["org_id", "user_id", "role", "joined_at"], member
        assert member["org_id"] == key, member
        text(member["user_id"])
        assert member["role"] in ("owner", "member", "billing_admin"), member
        moment(member["joined_at"])
print(json.dumps({
    "organizations": len(organizations),
    "members": sum(map(len, lists.values())),
    "same": same_organizations and same_lists,
}))
`;
