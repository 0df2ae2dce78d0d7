/** ECS category and type of an event, each as the JSON of an array; no category: only a type. */
export interface Category {
  readonly category: string | undefined;
  readonly type: string;
}

// The actions that Elastic's AWS integration sorts, and how. All others are of type info and no category.
const SORTED: readonly (readonly [category: string, types: readonly string[], actions: string])[] = [
  ["authentication", ["info"], "AssumeRole ConsoleLogin"],
  ["file", ["creation"], "CreateBucket"],
  ["file", ["deletion"], "DeleteBucket"],
  ["iam", ["group", "creation"], "CreateGroup"],
  ["iam", ["group", "deletion"], "DeleteGroup"],
  [
    "iam",
    ["group", "change"],
    "AddUserToGroup RemoveUserFromGroup UpdateGroup AttachGroupPolicy DetachGroupPolicy PutGroupPolicy DeleteGroupPolicy",
  ],
  [
    "iam",
    ["group", "info"],
    "GetGroup GetGroupPolicy ListGroups ListGroupsForUser ListGroupPolicies ListAttachedGroupPolicies",
  ],
  ["iam", ["user", "creation"], "CreateUser"],
  ["iam", ["user", "deletion"], "DeleteUser"],
  [
    "iam",
    ["user", "change"],
    `UpdateUser TagUser UntagUser ChangePassword UpdateLoginProfile AttachUserPolicy DetachUserPolicy PutUserPolicy
     DeleteUserPolicy PutUserPermissionsBoundary DeleteUserPermissionsBoundary CreateAccessKey UpdateAccessKey
     DeleteAccessKey UpdateSSHPublicKey DeleteSSHPublicKey CreateVirtualMFADevice DeleteVirtualMFADevice EnableMFADevice
     DeactivateMFADevice`,
  ],
  ["iam", ["user", "info"], "GetUser GetUserPolicy ListUsers ListUserTags ListUserPolicies ListAttachedUserPolicies"],
  ["iam", ["admin", "creation"], "CreateKeyPair"],
  [
    "iam",
    ["admin", "change"],
    "UpdateRole SetDefaultPolicyVersion SetSecurityTokenServicePreferences UpdateAccountPasswordPolicy",
  ],
];

const OTHER: Category = { category: undefined, type: '["info"]' };

let byAction: ReadonlyMap<string, Category> | undefined;

export function categoryOf(action: string): Category {
  byAction ??= sorted();
  return byAction.get(action) ?? OTHER;
}

function sorted(): ReadonlyMap<string, Category> {
  return new Map(
    SORTED.flatMap(([category, types, actions]) => {
      const found = { category: JSON.stringify([category]), type: JSON.stringify(types) };
      return actions.split(/\s+/).map((action): [string, Category] => [action, found]);
    }),
  );
}
