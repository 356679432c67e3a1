/** Whom a notification of a shared server goes to. */
export const NOTIFICATION_RULES = ['all', 'oldest', 'none'] as const;
export type NotificationRule = (typeof NOTIFICATION_RULES)[number];

/** `--notification METHOD=RULE`; every other method goes to all clients. */
export class NotificationRules {
  readonly #rules: ReadonlyMap<string, NotificationRule>;

  constructor(rules: ReadonlyMap<string, NotificationRule>) {
    this.#rules = rules;
  }

  ruleOf(method: string): NotificationRule {
    return this.#rules.get(method) ?? 'all';
  }
}
