/** Which agents an order is for must be said: nobody stops all of them by forgetting a name. */
export const WHICH_AGENTS = 'Name the agents, or say all.';
export const NOT_BOTH = 'Either names of agents or all, not both.';
/** Each has bounds of its own. */
export const ONE_AGENT = 'Name the one agent to scale.';
