// Every supervisor that the bench knows, in the order of the table.
import { Outrider, OutriderProbed } from './adapters/outrider.mjs';
import { Pm2 } from './adapters/pm2.mjs';
import { Runit, RunitBare } from './adapters/runit.mjs';
import { S6, S6Bare } from './adapters/s6.mjs';
import { Supervisord } from './adapters/supervisord.mjs';

export const SUPERVISORS = [Outrider, Pm2, Supervisord, S6, S6Bare, Runit, RunitBare];
export const PROBED = OutriderProbed;
