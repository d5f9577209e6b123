/** A module that is imported when somebody first needs it: at the start nobody waits for what may never be used. */
export interface LateModule<Module> {
  /** Before `loaded` is looked at. */
  load: () => Promise<unknown>;
  readonly loaded: Module;
}

export function lateModule<Module>(load: () => Promise<Module>): LateModule<Module> {
  let loading: Promise<unknown> | undefined;
  let loaded: Module | undefined;
  return {
    load: () => (loading ??= load().then((module) => (loaded = module))),
    get loaded() {
      if (!loaded) throw new Error('A module was used before it was loaded.');
      return loaded;
    },
  };
}
