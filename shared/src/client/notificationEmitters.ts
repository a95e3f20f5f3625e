import type { NotificationName, NotificationParams } from '../protocol/index.ts';
import { type Disposable, Emitter } from './emitter.ts';

type Emitters = { readonly [Name in NotificationName]: Emitter<NotificationParams<Name>> };

/** One emitter for each notification of the protocol. */
export class NotificationEmitters {
  readonly #emitters: Emitters = {
    'run/changed': new Emitter(),
    'run/deleted': new Emitter(),
    'context/changed': new Emitter(),
    'submit/progress': new Emitter(),
    'doctor/looking': new Emitter(),
    'doctor/checked': new Emitter(),
    'identity/prompt': new Emitter(),
    'identity/changed': new Emitter(),
    'contexts/changed': new Emitter(),
    'devenv/changed': new Emitter(),
    'devenv/deleted': new Emitter(),
    'devenv/context': new Emitter(),
    'devenv/progress': new Emitter(),
    'devenv/hop': new Emitter(),
    'devenv/jobEnded': new Emitter(),
    'transfer/progress': new Emitter(),
  };

  get names(): readonly NotificationName[] {
    return Object.keys(this.#emitters) as NotificationName[];
  }

  has(name: string): name is NotificationName {
    return Object.hasOwn(this.#emitters, name);
  }

  on<Name extends NotificationName>(name: Name, listener: (params: NotificationParams<Name>) => void): Disposable {
    const emitter: Emitter<NotificationParams<Name>> = this.#emitters[name];
    return emitter.on(listener);
  }

  fire<Name extends NotificationName>(name: Name, params: NotificationParams<Name>): void {
    const emitter: Emitter<NotificationParams<Name>> = this.#emitters[name];
    emitter.fire(params);
  }
}
