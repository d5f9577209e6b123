/**
 * Node's module as `require` has it. An import statement looks at all that the module has, its WebSocket too, and so loads
 * Node's fetch, which takes longer than all of the module.
 */
export const http = process.getBuiltinModule('node:http');
