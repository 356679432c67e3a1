/** Whom a notification of a shared server goes to: `--notification METHOD=RULE`. */
export const NOTIFICATION_RULES = ['all', 'oldest', 'none'] as const;
export type NotificationRule = (typeof NOTIFICATION_RULES)[number];

/** By method; every other method goes to all clients. */
export type NotificationRules = ReadonlyMap<string, NotificationRule>;
