/** As whom a program runs and which secrets it gets: the same words for agents and for hooks. */
import { must, text } from '../runtime/shape.js';

const USER = /^[a-z_][a-z0-9_.-]{0,31}\$?(?::[a-z_0-9][a-z0-9_.-]{0,31})?$|^\d{1,10}(?::\d{1,10})?$/;
const USER_RULE = 'a user of the host: NAME, UID, NAME:GROUP or UID:GID';
export const user = text(USER_RULE).refine((value) => USER.test(value) || value.includes('${'), must(USER_RULE));

/** Variables that no agent may choose. */
export const RESERVED_VARIABLE = /^(?:OUTRIDER_.*|LISTEN_(?:FDS|PID|FDNAMES)|NOTIFY_SOCKET|WATCHDOG_(?:USEC|PID))$/;
const SECRET = /^[A-Z][A-Z0-9_]*$/;
const SECRET_RULE = 'a name of capital letters, digits and "_", such as OPENAI_API_KEY';
export const secretName = text('the name of a secret').refine(
  (value) => SECRET.test(value) && !RESERVED_VARIABLE.test(value),
  must(SECRET_RULE),
);
