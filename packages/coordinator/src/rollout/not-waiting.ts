/** What a rollout remembers of a bake, a pause or a wait for somebody; whatever ends these forgets it all. */
export const NOT_WAITING = {
  ...{ awaiting: undefined, holding: undefined, pausedFor: undefined, pausedBy: undefined, deadline: undefined },
  ...{ awaitsSteady: undefined },
  ...{ bakeUntil: undefined, bakeLeftMs: undefined, bakeDone: undefined },
} as const;
