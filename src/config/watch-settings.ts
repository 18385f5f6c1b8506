import type { RoutedSurface } from '../core/routes.js';
import { routedSurfaces } from '../core/routes.js';
import type { VariableReader } from './chat-settings.js';
import type { VariableName } from './variables.js';

/** Where a sign of life or a test message goes: a channel of the estate, an address, a number. */
export interface WatchTarget { readonly surface: RoutedSurface; readonly identity: string }
/** Who watches the watcher. */
export interface WatchSettings { readonly heartbeatUrl: string | null; readonly heartbeatTo: readonly WatchTarget[]; readonly canaryTo: readonly WatchTarget[]; readonly canaryEveryMinutes: number }

const forms: Record<RoutedSurface, RegExp> = { slack: /^[A-Za-z0-9][\w.-]{0,62}$/, teams: /^[A-Za-z0-9][\w.-]{0,62}$/, email: /^[^\s@<>,]+@[^\s@<>,]+$/, sms: /^\+[1-9]\d{6,14}$/ };

export function readWatch({ value, wrong, url }: VariableReader): WatchSettings {
  const targets = (name: VariableName): WatchTarget[] => value(name).split(',').map((each) => each.trim()).filter((each) => each !== '').flatMap((each) => {
    const cut = each.indexOf(':');
    const [surface, identity] = [each.slice(0, cut) as RoutedSurface, each.slice(cut + 1)];
    if (cut > 0 && routedSurfaces.includes(surface) && forms[surface].test(identity)) return [{ surface, identity }];
    wrong(name, `'${each}' is no way and place.`, 'Write slack:CHANNEL, teams:CHANNEL, email:ADDRESS or sms:+NUMBER, with commas between them.');
    return [];
  });
  const minutes = value('CANARY_EVERY_MINUTES');
  if (!/^[1-9]\d{0,3}$/.test(minutes)) wrong('CANARY_EVERY_MINUTES', `'${minutes}' is not a number of minutes.`, 'Set a whole number from 1 to 9999.');
  return { heartbeatUrl: url('HEARTBEAT_URL', ['http', 'https']), heartbeatTo: targets('HEARTBEAT_TO'), canaryTo: targets('CANARY_TO'), canaryEveryMinutes: Number(minutes) };
}
