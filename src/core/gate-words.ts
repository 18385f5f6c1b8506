import type { GateRules } from './gate.js';

/** `1 person`, `2 people`. */
export const peopleCount = (count: number): string => (count === 1 ? '1 person' : `${count} people`);
/** Who counts once, however often they say it. */
export const differentPeople = (count: number): string => (count === 1 ? '1 person' : `${count} different people`);

/** What a gate asks for besides people and a role, one clause each. Empty: nothing. */
export function gateWords({ seats, diverse, deny, reason, numberMatching, typedTarget, backups, breakGlass }: GateRules): string[] {
  return [
    ...(seats === undefined ? [] : [`approvals by role: ${seats.map(({ role, count }) => `${count} ${role}`).join(', ')}`]),
    ...(diverse === undefined ? [] : [`people of ${diverse.count} different ${diverse.by}s`]),
    ...(reason === undefined ? [] : ['a reason from who asks and from who rejects']),
    ...(numberMatching === undefined ? [] : ['two digits that only who asked was shown']),
    ...(typedTarget === undefined ? [] : ['the target, typed, where something cannot be undone']),
    ...(deny === undefined ? [] : [`${deny} rejections to end it`]),
    ...(backups === undefined ? [] : [`${backups.join(', ')} as backup, after two thirds of the time`]),
    ...(breakGlass === undefined ? [] : [`may be broken in an emergency: ${breakGlass.join(', ')}`]),
  ];
}
