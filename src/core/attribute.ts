import type { Form } from './attribute-form.js';

export type AttributeEntity = 'ksyscluster' | 'site' | 'hmc' | 'host' | 'host_group' | 'workgroup' | 'vm' | 'disk' | 'app' | 'storage_agent' | 'notify' | 'system' | 'on_call' | 'escalation';

/** One attribute of reference/ksys.md section 2 that Lifeboat knows: in the estate file and in commands alike; on-call schedules and escalations are Lifeboat's own. Help, documents, the file's reader and writer, commands and queries go by this table. */
export interface Attribute {
  readonly entity: AttributeEntity;
  /** ksysmgr's name, in commands and in the file. */
  readonly name: string;
  /** The model's. */
  readonly key: string;
  readonly form: Form;
  /** What holds where nobody says anything, in words. '': it must be given. */
  readonly default: string;
  /** Kept where nobody says anything: only where the model always holds a value. */
  readonly otherwise?: unknown;
  readonly effect: string;
  /** Stands at the tenant itself, not in its `system:`. */
  readonly atTenant?: true;
  /** Given once, when the entity is made: another one would be another entity. */
  readonly once?: true;
}
