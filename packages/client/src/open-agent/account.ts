import type {
  AccountBalanceInfo,
  AccountInfo,
  AccountTopupRequest,
  AccountTopupResponse,
} from '@agentproto/protocol/open-agent/0.7';
import type { AccountUsageInfo } from '@agentproto/protocol/open-agent/readme';
import type { CallOptions } from '../call.ts';
import { isObject } from '../json.ts';
import { Group, has } from './group.ts';
import { only } from './rest.ts';

/** The account that the credentials are of. */
export class Account extends Group {
  get(options: CallOptions = {}): Promise<AccountInfo> {
    const kind = { name: 'getAccount', expected: 'an account', is: has('email'), safe: true } as const;
    return this.send(kind, options, (api) => api.GET('/account'));
  }

  balance(options: CallOptions = {}): Promise<AccountBalanceInfo> {
    const kind = { name: 'getBalance', expected: 'a balance', is: has('balance'), safe: true } as const;
    return this.send(kind, options, (api) => api.GET('/account/balance'));
  }

  /** Gives where the user pays. */
  topup(body: AccountTopupRequest, options: CallOptions = {}): Promise<AccountTopupResponse> {
    const kind = { name: 'topUp', expected: 'a checkout_url', is: has('checkout_url') } as const;
    return this.send(kind, options, (api) => api.POST('/account/topup', { body }));
  }

  /** What was consumed (`readme`). */
  async usage(options: CallOptions = {}): Promise<AccountUsageInfo> {
    only('readme', this.connection, 'getUsage');
    const kind = { name: 'getUsage', expected: 'usage', is: isObject, safe: true } as const;
    return this.sendReadme(kind, options, (api) => api.GET('/account/usage'));
  }
}
