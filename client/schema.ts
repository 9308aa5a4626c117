/** Generated from the API's document by `npm run client`. Change the contracts, not this. */
export interface paths {
  "/auth/register": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Open an account */
    post: operations["user.register"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/auth/login": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sign in */
    post: operations["user.login"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/auth/refresh": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Exchange a refresh token for new tokens, once */
    post: operations["user.refresh"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/auth/logout": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sign out: end what came of a log-in */
    post: operations["user.logout"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/users/me": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Your account */
    get: operations["user.me"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Change your account; e-mail and password need the present password */
    patch: operations["user.edit"];
    trace?: never;
  };
  "/users/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * An account
     * @description For staff.
     */
    get: operations["user.read"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/users": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Accounts
     * @description For staff.
     */
    get: operations["user.list"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/products": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Search the catalogue */
    get: operations["product.list"];
    put?: never;
    /**
     * Put a product on offer
     * @description For staff.
     */
    post: operations["product.create"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/products/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A product */
    get: operations["product.read"];
    put?: never;
    post?: never;
    /**
     * Take a product out of the catalogue
     * @description For staff.
     */
    delete: operations["product.remove"];
    options?: never;
    head?: never;
    /**
     * Change a product of which the version is known
     * @description For staff.
     */
    patch: operations["product.edit"];
    trace?: never;
  };
  "/products/{id}/stock": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Add to the stock, or take from it
     * @description For staff.
     */
    post: operations["product.adjustStock"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/points/me": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Your balance */
    get: operations["point.balance"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/points/me/history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What moved your balance */
    get: operations["point.history"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/points/me/charge": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Charge points */
    post: operations["point.charge"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/coupons": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Coupons that have not ended */
    get: operations["coupon.list"];
    put?: never;
    /**
     * Offer a coupon
     * @description For staff.
     */
    post: operations["coupon.create"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/coupons/{id}/issue": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take a coupon: first come, first served, one for each customer */
    post: operations["coupon.issue"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/coupons/mine": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Your coupons */
    get: operations["coupon.mine"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/orders": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Your orders; for staff everybody's */
    get: operations["order-history.list"];
    put?: never;
    /** Place an order */
    post: operations["order.place"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/orders/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** An order */
    get: operations["order.read"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/orders/{id}/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Cancel an order and give everything back */
    post: operations["order.cancel"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/orders/{id}/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Follow an order until its status is final */
    get: operations["order.changes"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/payments/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A payment */
    get: operations["payment.read"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/payments/webhooks/{provider}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What a payment provider tells, signed */
    post: operations["payment.webhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/bestsellers": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Most sold products of a calendar day, ISO week or month */
    get: operations["bestseller.top"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/reconcile": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Where the ranking differs from the tally
     * @description For staff.
     */
    get: operations["bestseller.audit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/sagas": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Sagas; PARKED ones need an operator
     * @description For staff.
     */
    get: operations["ops.sagas"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/sagas/{type}/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * A saga with all that its log has
     * @description For staff.
     */
    get: operations["ops.saga"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/sagas/{type}/{id}/retry": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Go on with a parked saga
     * @description For staff.
     */
    post: operations["ops.retry"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/sagas/{type}/{id}/skip": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Take a step that was done by hand for done
     * @description For staff.
     */
    post: operations["ops.skip"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/sagas/{type}/{id}/compensate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Undo a parked saga whose pivot isn't done
     * @description For staff.
     */
    post: operations["ops.compensate"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/outbox": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Events of each service that are not sent yet
     * @description For staff.
     */
    get: operations["ops.outbox"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/outbox/{service}/parked": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Keys whose events are held, with why
     * @description For staff.
     */
    get: operations["ops.parkedEvents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/outbox/{service}/parked/{id}/retry": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send a key's parked events again, in order
     * @description For staff.
     */
    post: operations["ops.retryParked"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/outbox/{service}/retry": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send all parked events of a service again, in order
     * @description For staff.
     */
    post: operations["ops.retryAllParked"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/outbox/{service}/parked/{id}/discard": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Never send a parked event, and go on with what stands behind it
     * @description For staff.
     */
    post: operations["ops.discardParked"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/outbox/{service}/audit": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What operators did to parked events, the newest first
     * @description For staff.
     */
    get: operations["ops.outboxAudit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/read-models/{service}/rebuild": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How the rebuild of a read model stands
     * @description For staff.
     */
    get: operations["ops.rebuildStatus"];
    put?: never;
    /**
     * Build a read model anew while it is in use
     * @description For staff.
     */
    post: operations["ops.rebuild"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/audit": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What operators did, the newest first
     * @description For staff.
     */
    get: operations["ops.audit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/dead-letters": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Events that a consumer could not apply
     * @description For staff.
     */
    get: operations["ops.deadLetters"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/dead-letters/{service}/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * A dead letter with its event
     * @description For staff.
     */
    get: operations["ops.deadLetter"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/dead-letters/{service}/{id}/replay": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Hand a dead letter to its consumer again
     * @description For staff.
     */
    post: operations["ops.replay"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/dead-letters/replay": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Hand a consumer its open dead letters again, step by step
     * @description For staff.
     */
    post: operations["ops.replayAll"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/dead-letters/{service}/{id}/discard": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Take a dead letter for seen to
     * @description For staff.
     */
    post: operations["ops.discard"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/ops/dead-letters/audit": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What operators did to dead letters, the newest first
     * @description For staff.
     */
    get: operations["ops.deadLetterAudit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /**
     * @description What messages are written in
     * @enum {string}
     */
    Language: "en" | "ko";
    /**
     * @example {
     *       "id": "0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50",
     *       "email": "kim@example.com",
     *       "nickname": "Kim",
     *       "language": "ko",
     *       "role": "customer",
     *       "createdAt": "2026-11-24T09:00:00.000Z"
     *     }
     */
    User: {
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      id: string;
      /** Format: email */
      email: string;
      nickname: string;
      language: components["schemas"]["Language"];
      role: components["schemas"]["Role"];
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      createdAt: string;
    };
    /** @enum {string} */
    Role: "customer" | "admin";
    Tokens: {
      accessToken: string;
      refreshToken: string;
      /**
       * @description Seconds
       * @example 900
       */
      expiresIn: number;
    };
    /**
     * @example {
     *       "id": "0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50",
     *       "name": "Celadon tea cup",
     *       "description": "Hand-thrown stoneware with a jade glaze",
     *       "price": 18000,
     *       "currency": "KRW",
     *       "stock": 97,
     *       "salesCount": 3,
     *       "version": 1,
     *       "createdAt": "2026-11-24T09:00:00.000Z",
     *       "updatedAt": "2026-11-24T09:00:00.000Z"
     *     }
     */
    Product: {
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      id: string;
      name: string;
      description: string;
      price: number;
      /** @enum {string} */
      currency: "KRW";
      /** @description What can still be ordered */
      stock: number;
      salesCount: number;
      version: number;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      updatedAt: string;
    };
    /**
     * @example {
     *       "balance": 50000,
     *       "currency": "KRW"
     *     }
     */
    Wallet: {
      balance: number;
      /** @enum {string} */
      currency: "KRW";
    };
    PointEntry: {
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      id: string;
      /** @enum {string} */
      type: "CHARGE" | "USE" | "REFUND";
      amount: number;
      balanceAfter: number;
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      orderId?: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      createdAt: string;
    };
    Coupon: {
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      id: string;
      title: string;
      discountType: components["schemas"]["DiscountType"];
      discountValue: number;
      maxDiscount?: number;
      minOrderAmount?: number;
      quantity: number;
      remaining: number;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      startsAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      endsAt: string;
    };
    /** @enum {string} */
    DiscountType: "AMOUNT" | "PERCENT";
    UserCoupon: {
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      id: string;
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      couponId: string;
      title: string;
      discountType: components["schemas"]["DiscountType"];
      discountValue: number;
      status: components["schemas"]["UserCouponStatus"];
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      issuedAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      expiresAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      usedAt?: string;
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      orderId?: string;
    };
    /** @enum {string} */
    UserCouponStatus: "AVAILABLE" | "USED" | "EXPIRED";
    /** @enum {string} */
    PaymentMethod: "POINT" | "CARD" | "CASH";
    /**
     * @example {
     *       "id": "0198c2f1-2b40-7f11-8a52-6c0d9e8f7a61",
     *       "status": "COMPLETED",
     *       "items": [
     *         {
     *           "productId": "0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50",
     *           "name": "Celadon tea cup",
     *           "unitPrice": 18000,
     *           "quantity": 2,
     *           "lineTotal": 36000
     *         }
     *       ],
     *       "amounts": {
     *         "subtotal": 36000,
     *         "discount": 3600,
     *         "pointsUsed": 1000,
     *         "paid": 31400,
     *         "currency": "KRW"
     *       },
     *       "payment": {
     *         "id": "0198c2f1-2b91-7a3c-b0de-4f5a6b7c8d92",
     *         "method": "CARD",
     *         "status": "APPROVED"
     *       },
     *       "userCouponId": "0198c2f0-9c11-7e5d-a4b8-1d2e3f4a5b73",
     *       "history": [
     *         {
     *           "status": "PENDING",
     *           "at": "2026-11-24T09:00:00.000Z"
     *         },
     *         {
     *           "status": "COMPLETED",
     *           "at": "2026-11-24T09:00:00.120Z"
     *         }
     *       ],
     *       "createdAt": "2026-11-24T09:00:00.000Z",
     *       "updatedAt": "2026-11-24T09:00:00.120Z"
     *     }
     */
    Order: {
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      id: string;
      status: components["schemas"]["OrderStatus"];
      items: components["schemas"]["OrderLine"][];
      amounts: {
        subtotal: number;
        /** @description What the coupon takes off */
        discount: number;
        pointsUsed: number;
        /** @description subtotal − discount − pointsUsed */
        paid: number;
        /** @enum {string} */
        currency: "KRW";
      };
      payment: {
        /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
        id?: string;
        method: components["schemas"]["PaymentMethod"];
        status?: components["schemas"]["PaymentStatus"];
      };
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      userCouponId?: string;
      failure?: {
        /** @description Of the [catalogue](/docs/errors) */
        code: string;
        /** @description For people */
        detail: string;
      };
      history: {
        status: components["schemas"]["OrderStatus"];
        /**
         * Format: date-time
         * @example 2026-11-24T09:00:00.000Z
         */
        at: string;
      }[];
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      updatedAt: string;
    };
    /** @enum {string} */
    OrderStatus: "PENDING" | "COMPLETED" | "FAILED" | "CANCELING" | "CANCELED";
    OrderLine: {
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      productId: string;
      /** @description As it was called when it was ordered */
      name: string;
      /** @description Of one piece, when it was ordered */
      unitPrice: number;
      quantity: number;
      lineTotal: number;
    };
    /** @enum {string} */
    PaymentStatus: "PENDING" | "APPROVED" | "FAILED" | "CANCELED" | "REFUNDED" | "PARTIALLY_REFUNDED" | "UNKNOWN";
    Payment: {
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      id: string;
      /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
      orderId: string;
      method: components["schemas"]["PaymentMethod"];
      status: components["schemas"]["PaymentStatus"];
      amount: number;
      refunded: number;
      /** @enum {string} */
      currency: "KRW";
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      approvedAt?: string;
    };
    Webhook: {
      /** @example evt_1 */
      id: string;
      /** @enum {string} */
      type: "payment.approved" | "payment.failed" | "payment.refunded";
      data: {
        /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
        paymentId: string;
        /** @example evt_1 */
        providerRef: string;
        amount: number;
      };
    };
    /** @enum {string} */
    Period: "day" | "week" | "month";
    Ranking: {
      period: components["schemas"]["Period"];
      /**
       * Format: date-time
       * @description When the newest order that has moved the ranking was completed or cancelled; now when there is none
       * @example 2026-11-24T09:00:00.000Z
       */
      asOf: string;
      /** @description The ranking's store is away, or has lost something, and the answer comes from the tally */
      stale: boolean;
      items: {
        rank: number;
        product: {
          /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
          id: string;
          name: string;
        };
        sold: number;
      }[];
    };
    /** @enum {string} */
    SagaState: "RUNNING" | "WAITING" | "COMPENSATING" | "COMPLETED" | "COMPENSATED" | "PARKED";
    Saga: {
      /** @example place-order */
      type: string;
      /**
       * @description Its business key
       * @example 0198c2f1-2b40-7f11-8a52-6c0d9e8f7a61
       */
      id: string;
      /** @description Of the definition that it runs by */
      version: number;
      state: components["schemas"]["SagaState"];
      /** @description Why it is or was undone */
      cause?: {
        code: string;
        detail?: string;
      };
      waitsFor?: {
        /** @enum {string} */
        kind: "signal" | "delay" | "outcome";
        /** @example pay */
        name: string;
        /**
         * Format: date-time
         * @example 2026-11-24T09:00:00.000Z
         */
        until: string;
      };
      /** @description The process that runs it */
      owner?: string;
      /** @description How often it has changed hands, and one */
      epoch: number;
      /** @description How often owners have died of it in a row */
      recoveries: number;
      /**
       * Format: date-time
       * @description When it is claimed again
       * @example 2026-11-24T09:00:00.000Z
       */
      nextAt?: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      deadlineAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      updatedAt: string;
    };
    SagaDetails: {
      /** @example place-order */
      type: string;
      /**
       * @description Its business key
       * @example 0198c2f1-2b40-7f11-8a52-6c0d9e8f7a61
       */
      id: string;
      /** @description Of the definition that it runs by */
      version: number;
      state: components["schemas"]["SagaState"];
      /** @description Why it is or was undone */
      cause?: {
        code: string;
        detail?: string;
      };
      waitsFor?: {
        /** @enum {string} */
        kind: "signal" | "delay" | "outcome";
        /** @example pay */
        name: string;
        /**
         * Format: date-time
         * @example 2026-11-24T09:00:00.000Z
         */
        until: string;
      };
      /** @description The process that runs it */
      owner?: string;
      /** @description How often it has changed hands, and one */
      epoch: number;
      /** @description How often owners have died of it in a row */
      recoveries: number;
      /**
       * Format: date-time
       * @description When it is claimed again
       * @example 2026-11-24T09:00:00.000Z
       */
      nextAt?: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      deadlineAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      updatedAt: string;
      /** @description Without secrets; none where the code of that version is not loaded */
      input?: unknown;
      /** @description The steps to undo, once that is decided */
      undo?: string[];
      /** @description Of the request that started it */
      requestId?: string;
      /** @description In the order in which it was written; a saga that runs writes behind */
      trail: components["schemas"]["SagaTrailEntry"][];
      signals: {
        /** @example pay */
        name: string;
        payload?: unknown;
        /**
         * Format: date-time
         * @example 2026-11-24T09:00:00.000Z
         */
        at: string;
      }[];
      /** @description What operators did to it, the newest first */
      audit: components["schemas"]["SagaAuditEntry"][];
    };
    SagaTrailEntry: {
      epoch: number;
      /**
       * @description None where an operator's instruction is about all of the saga
       * @example pay
       */
      step?: string;
      /** @enum {string} */
      phase: "forward" | "undo" | "verify" | "seal" | "signal" | "delay" | "operator";
      /** @enum {string} */
      outcome: "done" | "refused" | "failed" | "unknown" | "sealed" | "begun";
      attempt: number;
      /** @description How long it took */
      ms: number;
      /**
       * Format: date-time
       * @description When it ended
       * @example 2026-11-24T09:00:00.000Z
       */
      at: string;
      /** @description The result, the refusal, what went wrong, or the instruction */
      detail?: unknown;
    };
    SagaAuditEntry: {
      number: number;
      /** @example place-order */
      type: string;
      /**
       * @description Its business key
       * @example 0198c2f1-2b40-7f11-8a52-6c0d9e8f7a61
       */
      id: string;
      /** @enum {string} */
      action: "retry" | "skip" | "compensate";
      /** @example pay */
      step?: string;
      /** @description The id of the member of staff, or the name that he gave */
      who: string;
      why: string;
      stateBefore: components["schemas"]["SagaState"];
      /** @description The result that was given to a step */
      detail?: unknown;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      at: string;
    };
    Outbox: {
      service: string;
      available: boolean;
      /** @description Events that are still to be sent */
      waiting?: number;
      /** @description Age of the oldest of them, in ms */
      oldestMs?: number;
      /** @description Events that are held because they, or one before them, can't be published */
      parked?: number;
      /** @description Keys that these belong to */
      parkedKeys?: number;
      /** @description Events that the relays of all nodes have sent in a second, over the last minute */
      sentPerSecond?: number;
    };
    ParkedKey: {
      /** @description Rises within the service */
      number: number;
      /** @example commerce.order.v1 */
      topic: string;
      key: string;
      /** @description Of the first event, the one that the bus rejects */
      eventId: string;
      /** @example order.completed */
      type?: string;
      /** @description Why it was rejected */
      error?: string;
      attempts: number;
      /** @description Events of the key that are held, the first one included */
      events: number;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      parkedAt?: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      createdAt: string;
    };
    FreedKeys: {
      keys: number;
      /** @description Events that are sent again, in the order of their keys */
      events: number;
    };
    OutboxAuditEntry: {
      /** @description Rises within the service */
      number: number;
      /** @enum {string} */
      action: "retry" | "discard";
      /** @example commerce.order.v1 */
      topic?: string;
      key?: string;
      eventId?: string;
      /** @description Events that are sent again */
      events: number;
      /** @description The id of the member of staff, or the name that he gave */
      who: string;
      why: string;
      /** @description The event that was discarded */
      detail?: {
        headers: {
          [key: string]: string;
        };
        payload: string;
        error?: string;
      };
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      at: string;
    };
    Rebuild: {
      id: string;
      /**
       * @description BUILDING: beside the model in use. CATCHING_UP: in its place, and what was applied to the old one alone is being applied
       * @enum {string}
       */
      state: "BUILDING" | "CATCHING_UP" | "DONE" | "FAILED";
      /**
       * @description OWNERS: the owning services are read before the topics
       * @enum {string}
       */
      source: "TOPICS" | "OWNERS";
      /** @description Messages that were applied, of `total`; while the owners are read the rows of these */
      done: number;
      total: number;
      /** @description Events that can't be applied */
      skipped: number;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      startedAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      endedAt?: string;
      error?: string;
    };
    /** @enum {string} */
    DeadLetterState: "OPEN" | "REPLAYED" | "DISCARDED";
    DeadLetter: {
      /**
       * @description The consumer
       * @example product
       */
      service: string;
      /** @example dl_9b1c2d3e4f506172839405162738495a */
      id: string;
      topic: string;
      partition: number;
      offset: number;
      key: string;
      /** @description None when it is no event */
      eventId?: string;
      /**
       * @description Of the event
       * @example order.completed
       */
      type?: string;
      state: components["schemas"]["DeadLetterState"];
      /** @description Why it could not be applied, the last time that it was tried */
      error: string;
      /** @description Replays that failed */
      tries: number;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      diedAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      closedAt?: string;
    };
    DeadLetterDetails: {
      /**
       * @description The consumer
       * @example product
       */
      service: string;
      /** @example dl_9b1c2d3e4f506172839405162738495a */
      id: string;
      topic: string;
      partition: number;
      offset: number;
      key: string;
      /** @description None when it is no event */
      eventId?: string;
      /**
       * @description Of the event
       * @example order.completed
       */
      type?: string;
      state: components["schemas"]["DeadLetterState"];
      /** @description Why it could not be applied, the last time that it was tried */
      error: string;
      /** @description Replays that failed */
      tries: number;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      diedAt: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      closedAt?: string;
      headers: {
        [key: string]: string;
      };
      /** @description As it came: JSON, or what should have been */
      payload: string;
      /** @description What operators did to it, the newest first */
      audit: components["schemas"]["DeadLetterAuditEntry"][];
    };
    DeadLetterAuditEntry: {
      number: number;
      /**
       * @description The consumer
       * @example product
       */
      service: string;
      /** @example dl_9b1c2d3e4f506172839405162738495a */
      letter: string;
      topic: string;
      /** @description None when it is no event */
      eventId?: string;
      /**
       * @description Of the event
       * @example order.completed
       */
      type?: string;
      /** @enum {string} */
      action: "replay" | "discard";
      /** @enum {string} */
      outcome: "APPLIED" | "ALREADY_APPLIED" | "FAILED" | "DISCARDED";
      /** @description The id of the member of staff, or the name that he gave */
      who: string;
      why: string;
      /** @description The error of a replay that failed */
      detail?: string;
      /**
       * Format: date-time
       * @example 2026-11-24T09:00:00.000Z
       */
      at: string;
    };
    Replay: {
      /** @example dl_9b1c2d3e4f506172839405162738495a */
      id: string;
      /**
       * @description BEHIND: an earlier letter of its key is OPEN. NOT_REPLAYABLE: no event, or none that it has a handler for
       * @enum {string}
       */
      verdict: "APPLIED" | "ALREADY_APPLIED" | "FAILED" | "BEHIND" | "NOT_REPLAYABLE" | "CLOSED" | "NOT_FOUND";
      /** @description The error, or what stands in its way */
      detail?: string;
    };
    ReplayStep: {
      replays: components["schemas"]["Replay"][];
      nextCursor: string | null;
    };
    /** @description A problem document (RFC 9457). Match on `code`. */
    Problem: {
      /** @description Where the code is explained */
      type: string;
      /** @description What the code means */
      title: string;
      status: number;
      /** @description About this one case, for people */
      detail: string;
      /** @description The path that was asked for */
      instance: string;
      /** @enum {string} */
      code:
        | "BAD_REQUEST"
        | "IDEMPOTENCY_KEY_REQUIRED"
        | "UNAUTHENTICATED"
        | "TOKEN_REUSED"
        | "INVALID_CREDENTIALS"
        | "POINT_INSUFFICIENT"
        | "PAYMENT_DECLINED"
        | "FORBIDDEN"
        | "NOT_FOUND"
        | "USER_NOT_FOUND"
        | "PRODUCT_NOT_FOUND"
        | "COUPON_NOT_FOUND"
        | "USER_COUPON_NOT_FOUND"
        | "ORDER_NOT_FOUND"
        | "PAYMENT_NOT_FOUND"
        | "READ_MODEL_NOT_FOUND"
        | "SAGA_NOT_FOUND"
        | "SAGA_STEP_NOT_FOUND"
        | "DEAD_LETTER_NOT_FOUND"
        | "PARKED_EVENT_NOT_FOUND"
        | "METHOD_NOT_ALLOWED"
        | "EMAIL_TAKEN"
        | "PRODUCT_OUT_OF_STOCK"
        | "COUPON_ALREADY_ISSUED"
        | "COUPON_NOT_USABLE"
        | "ORDER_NOT_CANCELABLE"
        | "REBUILD_RUNNING"
        | "SAGA_NOT_PARKED"
        | "SAGA_COMPENSATING"
        | "SAGA_PIVOT_DONE"
        | "SAGA_STEP_NOT_SKIPPABLE"
        | "DEAD_LETTER_CLOSED"
        | "DEAD_LETTER_BEHIND"
        | "DEAD_LETTER_FAILED"
        | "DEAD_LETTER_NOT_REPLAYABLE"
        | "IDEMPOTENCY_IN_FLIGHT"
        | "COUPON_SOLD_OUT"
        | "VERSION_STALE"
        | "BODY_TOO_LARGE"
        | "UNSUPPORTED_MEDIA_TYPE"
        | "VALIDATION_FAILED"
        | "IDEMPOTENCY_KEY_REUSED"
        | "SAGA_RESULT_INVALID"
        | "COUPON_NOT_OPEN"
        | "PRECONDITION_REQUIRED"
        | "RATE_LIMITED"
        | "INTERNAL"
        | "OVERLOADED"
        | "UNAVAILABLE"
        | "ORDER_TIMED_OUT";
      /** @description Fields that aren't valid */
      errors?: {
        path: string;
        message: string;
      }[];
      /** @description The order that was made and failed */
      orderId?: string;
      /** @description Quote it when you ask for help */
      requestId: string;
    };
  };
  responses: {
    /** @description As it was: it still has the ETag that was given */
    NotModified: {
      headers: {
        [name: string]: unknown;
      };
      content?: never;
    };
    /** @description The request can't be read (`BAD_REQUEST`) */
    BAD_REQUEST: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 400;
          /** @enum {unknown} */
          code: "BAD_REQUEST";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The e-mail address is taken (`EMAIL_TAKEN`) */
    EMAIL_TAKEN: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 409;
          /** @enum {unknown} */
          code: "EMAIL_TAKEN";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The body is too large (`BODY_TOO_LARGE`) */
    BODY_TOO_LARGE: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 413;
          /** @enum {unknown} */
          code: "BODY_TOO_LARGE";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The body must be application/json (`UNSUPPORTED_MEDIA_TYPE`) */
    UNSUPPORTED_MEDIA_TYPE: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 415;
          /** @enum {unknown} */
          code: "UNSUPPORTED_MEDIA_TYPE";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The request is not valid (`VALIDATION_FAILED`) */
    VALIDATION_FAILED: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 422;
          /** @enum {unknown} */
          code: "VALIDATION_FAILED";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Too many requests (`RATE_LIMITED`) */
    RATE_LIMITED: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
        "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
        "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 429;
          /** @enum {unknown} */
          code: "RATE_LIMITED";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Something went wrong on our side (`INTERNAL`) */
    INTERNAL: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 500;
          /** @enum {unknown} */
          code: "INTERNAL";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Too busy, try again (`OVERLOADED`) · A part of the shop is away, try again (`UNAVAILABLE`) */
    "OVERLOADED.UNAVAILABLE": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 503;
          /** @enum {unknown} */
          code: "OVERLOADED" | "UNAVAILABLE";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description E-mail or password is wrong (`INVALID_CREDENTIALS`) */
    INVALID_CREDENTIALS: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 401;
          /** @enum {unknown} */
          code: "INVALID_CREDENTIALS";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Sign in first (`UNAUTHENTICATED`) · The refresh token was used before; sign in again (`TOKEN_REUSED`) */
    "UNAUTHENTICATED.TOKEN_REUSED": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 401;
          /** @enum {unknown} */
          code: "UNAUTHENTICATED" | "TOKEN_REUSED";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Sign in first (`UNAUTHENTICATED`) */
    UNAUTHENTICATED: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 401;
          /** @enum {unknown} */
          code: "UNAUTHENTICATED";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description No such user (`USER_NOT_FOUND`) */
    USER_NOT_FOUND: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "USER_NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Sign in first (`UNAUTHENTICATED`) · E-mail or password is wrong (`INVALID_CREDENTIALS`) */
    "UNAUTHENTICATED.INVALID_CREDENTIALS": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 401;
          /** @enum {unknown} */
          code: "UNAUTHENTICATED" | "INVALID_CREDENTIALS";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Not allowed (`FORBIDDEN`) */
    FORBIDDEN: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 403;
          /** @enum {unknown} */
          code: "FORBIDDEN";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Not found (`NOT_FOUND`) · No such user (`USER_NOT_FOUND`) */
    "NOT_FOUND.USER_NOT_FOUND": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "NOT_FOUND" | "USER_NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Not found (`NOT_FOUND`) · No such product (`PRODUCT_NOT_FOUND`) */
    "NOT_FOUND.PRODUCT_NOT_FOUND": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "NOT_FOUND" | "PRODUCT_NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The first request with this key is still being worked on (`IDEMPOTENCY_IN_FLIGHT`) */
    IDEMPOTENCY_IN_FLIGHT: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 409;
          /** @enum {unknown} */
          code: "IDEMPOTENCY_IN_FLIGHT";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The request is not valid (`VALIDATION_FAILED`) · The Idempotency-Key was used for another request (`IDEMPOTENCY_KEY_REUSED`) */
    "VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 422;
          /** @enum {unknown} */
          code: "VALIDATION_FAILED" | "IDEMPOTENCY_KEY_REUSED";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Somebody else has changed it since (`VERSION_STALE`) */
    VERSION_STALE: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 412;
          /** @enum {unknown} */
          code: "VERSION_STALE";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Say which version you are changing (`PRECONDITION_REQUIRED`) */
    PRECONDITION_REQUIRED: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 428;
          /** @enum {unknown} */
          code: "PRECONDITION_REQUIRED";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Too little stock (`PRODUCT_OUT_OF_STOCK`) · The first request with this key is still being worked on (`IDEMPOTENCY_IN_FLIGHT`) */
    "PRODUCT_OUT_OF_STOCK.IDEMPOTENCY_IN_FLIGHT": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 409;
          /** @enum {unknown} */
          code: "PRODUCT_OUT_OF_STOCK" | "IDEMPOTENCY_IN_FLIGHT";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The request can't be read (`BAD_REQUEST`) · An Idempotency-Key header is required (`IDEMPOTENCY_KEY_REQUIRED`) */
    "BAD_REQUEST.IDEMPOTENCY_KEY_REQUIRED": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 400;
          /** @enum {unknown} */
          code: "BAD_REQUEST" | "IDEMPOTENCY_KEY_REQUIRED";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Not found (`NOT_FOUND`) · No such coupon (`COUPON_NOT_FOUND`) */
    "NOT_FOUND.COUPON_NOT_FOUND": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "NOT_FOUND" | "COUPON_NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description You have this coupon already (`COUPON_ALREADY_ISSUED`) · The first request with this key is still being worked on (`IDEMPOTENCY_IN_FLIGHT`) */
    "COUPON_ALREADY_ISSUED.IDEMPOTENCY_IN_FLIGHT": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 409;
          /** @enum {unknown} */
          code: "COUPON_ALREADY_ISSUED" | "IDEMPOTENCY_IN_FLIGHT";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The coupon is sold out (`COUPON_SOLD_OUT`) */
    COUPON_SOLD_OUT: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 410;
          /** @enum {unknown} */
          code: "COUPON_SOLD_OUT";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The request is not valid (`VALIDATION_FAILED`) · The Idempotency-Key was used for another request (`IDEMPOTENCY_KEY_REUSED`) · The coupon is not being issued now (`COUPON_NOT_OPEN`) */
    "VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED.COUPON_NOT_OPEN": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 422;
          /** @enum {unknown} */
          code: "VALIDATION_FAILED" | "IDEMPOTENCY_KEY_REUSED" | "COUPON_NOT_OPEN";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Too few points (`POINT_INSUFFICIENT`) · The payment was declined (`PAYMENT_DECLINED`) */
    "POINT_INSUFFICIENT.PAYMENT_DECLINED": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 402;
          /** @enum {unknown} */
          code: "POINT_INSUFFICIENT" | "PAYMENT_DECLINED";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description No such product (`PRODUCT_NOT_FOUND`) · No such coupon of yours (`USER_COUPON_NOT_FOUND`) */
    "PRODUCT_NOT_FOUND.USER_COUPON_NOT_FOUND": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "PRODUCT_NOT_FOUND" | "USER_COUPON_NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Too little stock (`PRODUCT_OUT_OF_STOCK`) · The coupon can't be used for this order (`COUPON_NOT_USABLE`) · The first request with this key is still being worked on (`IDEMPOTENCY_IN_FLIGHT`) */
    "PRODUCT_OUT_OF_STOCK.COUPON_NOT_USABLE.IDEMPOTENCY_IN_FLIGHT": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 409;
          /** @enum {unknown} */
          code: "PRODUCT_OUT_OF_STOCK" | "COUPON_NOT_USABLE" | "IDEMPOTENCY_IN_FLIGHT";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Too busy, try again (`OVERLOADED`) · A part of the shop is away, try again (`UNAVAILABLE`) · The order took too long and was undone (`ORDER_TIMED_OUT`) */
    "OVERLOADED.UNAVAILABLE.ORDER_TIMED_OUT": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 503;
          /** @enum {unknown} */
          code: "OVERLOADED" | "UNAVAILABLE" | "ORDER_TIMED_OUT";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Not found (`NOT_FOUND`) · No such order (`ORDER_NOT_FOUND`) */
    "NOT_FOUND.ORDER_NOT_FOUND": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "NOT_FOUND" | "ORDER_NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The order can't be cancelled (`ORDER_NOT_CANCELABLE`) · The first request with this key is still being worked on (`IDEMPOTENCY_IN_FLIGHT`) */
    "ORDER_NOT_CANCELABLE.IDEMPOTENCY_IN_FLIGHT": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 409;
          /** @enum {unknown} */
          code: "ORDER_NOT_CANCELABLE" | "IDEMPOTENCY_IN_FLIGHT";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Not found (`NOT_FOUND`) · No such payment (`PAYMENT_NOT_FOUND`) */
    "NOT_FOUND.PAYMENT_NOT_FOUND": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "NOT_FOUND" | "PAYMENT_NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Not found (`NOT_FOUND`) */
    NOT_FOUND: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Not found (`NOT_FOUND`) · No such saga (`SAGA_NOT_FOUND`) */
    "NOT_FOUND.SAGA_NOT_FOUND": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "NOT_FOUND" | "SAGA_NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The saga is not parked (`SAGA_NOT_PARKED`) · The first request with this key is still being worked on (`IDEMPOTENCY_IN_FLIGHT`) */
    "SAGA_NOT_PARKED.IDEMPOTENCY_IN_FLIGHT": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 409;
          /** @enum {unknown} */
          code: "SAGA_NOT_PARKED" | "IDEMPOTENCY_IN_FLIGHT";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Not found (`NOT_FOUND`) · No such saga (`SAGA_NOT_FOUND`) · The saga has no such step (`SAGA_STEP_NOT_FOUND`) */
    "NOT_FOUND.SAGA_NOT_FOUND.SAGA_STEP_NOT_FOUND": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "NOT_FOUND" | "SAGA_NOT_FOUND" | "SAGA_STEP_NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The saga is not parked (`SAGA_NOT_PARKED`) · The step can't be taken for done (`SAGA_STEP_NOT_SKIPPABLE`) · The first request with this key is still being worked on (`IDEMPOTENCY_IN_FLIGHT`) */
    "SAGA_NOT_PARKED.SAGA_STEP_NOT_SKIPPABLE.IDEMPOTENCY_IN_FLIGHT": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 409;
          /** @enum {unknown} */
          code: "SAGA_NOT_PARKED" | "SAGA_STEP_NOT_SKIPPABLE" | "IDEMPOTENCY_IN_FLIGHT";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The request is not valid (`VALIDATION_FAILED`) · The Idempotency-Key was used for another request (`IDEMPOTENCY_KEY_REUSED`) · That is no result of this step (`SAGA_RESULT_INVALID`) */
    "VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED.SAGA_RESULT_INVALID": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 422;
          /** @enum {unknown} */
          code: "VALIDATION_FAILED" | "IDEMPOTENCY_KEY_REUSED" | "SAGA_RESULT_INVALID";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The saga is not parked (`SAGA_NOT_PARKED`) · The saga is being compensated already (`SAGA_COMPENSATING`) · The saga's pivot is done, so it can only go forward (`SAGA_PIVOT_DONE`) · The first request with this key is still being worked on (`IDEMPOTENCY_IN_FLIGHT`) */
    "SAGA_NOT_PARKED.SAGA_COMPENSATING.SAGA_PIVOT_DONE.IDEMPOTENCY_IN_FLIGHT": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 409;
          /** @enum {unknown} */
          code: "SAGA_NOT_PARKED" | "SAGA_COMPENSATING" | "SAGA_PIVOT_DONE" | "IDEMPOTENCY_IN_FLIGHT";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Not found (`NOT_FOUND`) · No such parked event (`PARKED_EVENT_NOT_FOUND`) */
    "NOT_FOUND.PARKED_EVENT_NOT_FOUND": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "NOT_FOUND" | "PARKED_EVENT_NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Not found (`NOT_FOUND`) · No such read model (`READ_MODEL_NOT_FOUND`) */
    "NOT_FOUND.READ_MODEL_NOT_FOUND": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "NOT_FOUND" | "READ_MODEL_NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description The read model is being rebuilt already (`REBUILD_RUNNING`) */
    REBUILD_RUNNING: {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 409;
          /** @enum {unknown} */
          code: "REBUILD_RUNNING";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Not found (`NOT_FOUND`) · No such dead letter (`DEAD_LETTER_NOT_FOUND`) */
    "NOT_FOUND.DEAD_LETTER_NOT_FOUND": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 404;
          /** @enum {unknown} */
          code: "NOT_FOUND" | "DEAD_LETTER_NOT_FOUND";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Somebody has seen to the dead letter already (`DEAD_LETTER_CLOSED`) · An earlier dead letter of the same key is open (`DEAD_LETTER_BEHIND`) · The event can't be applied still (`DEAD_LETTER_FAILED`) · That can't be handed to a handler (`DEAD_LETTER_NOT_REPLAYABLE`) · The first request with this key is still being worked on (`IDEMPOTENCY_IN_FLIGHT`) */
    "DEAD_LETTER_CLOSED.DEAD_LETTER_BEHIND.DEAD_LETTER_FAILED.DEAD_LETTER_NOT_REPLAYABLE.IDEMPOTENCY_IN_FLIGHT": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 409;
          /** @enum {unknown} */
          code: "DEAD_LETTER_CLOSED" | "DEAD_LETTER_BEHIND" | "DEAD_LETTER_FAILED" | "DEAD_LETTER_NOT_REPLAYABLE" | "IDEMPOTENCY_IN_FLIGHT";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
    /** @description Somebody has seen to the dead letter already (`DEAD_LETTER_CLOSED`) · The first request with this key is still being worked on (`IDEMPOTENCY_IN_FLIGHT`) */
    "DEAD_LETTER_CLOSED.IDEMPOTENCY_IN_FLIGHT": {
      headers: {
        "X-Request-Id": components["headers"]["X-Request-Id"];
        "Retry-After": components["headers"]["Retry-After"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": {
          /** @constant */
          status: 409;
          /** @enum {unknown} */
          code: "DEAD_LETTER_CLOSED" | "IDEMPOTENCY_IN_FLIGHT";
        } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
      };
    };
  };
  parameters: {
    /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
    IdempotencyKey: string;
    /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
    RequiredIdempotencyKey: string;
    /** @description The `ETag` of what is being changed, as it was read */
    IfMatch: string;
    /** @description The `ETag` of what is known already */
    IfNoneMatch: string;
    /** @description The last event that was seen */
    LastEventId: string;
  };
  requestBodies: never;
  headers: {
    /** @description The request's own if it had one; it stands in the log and in all that the request caused */
    "X-Request-Id": string;
    /** @description Strong; for `If-None-Match` and, of one thing, `If-Match` */
    ETag: string;
    /** @description Where the result will be */
    Location: string;
    /** @description `true` when it repeats the answer to an earlier request with the same key */
    "Idempotent-Replayed": string;
    /** @description Seconds after which to try again; there when waiting helps */
    "Retry-After": number;
    /** @description How to sign in */
    "WWW-Authenticate": string;
    /** @description Requests in the window */
    "RateLimit-Limit": number;
    /** @description Requests that are left */
    "RateLimit-Remaining": number;
    /** @description Seconds until the window begins anew */
    "RateLimit-Reset": number;
  };
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  "user.register": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: email */
          email: string;
          password: string;
          nickname: string;
          /** @default en */
          language?: components["schemas"]["Language"];
        };
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            accessToken: string;
            refreshToken: string;
            /**
             * @description Seconds
             * @example 900
             */
            expiresIn: number;
            user: components["schemas"]["User"];
          };
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      409: components["responses"]["EMAIL_TAKEN"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "user.login": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          email: string;
          password: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Tokens"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["INVALID_CREDENTIALS"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "user.refresh": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          refreshToken: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Tokens"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED.TOKEN_REUSED"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "user.logout": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          refreshToken: string;
        };
      };
    };
    responses: {
      /** @description Done; there is nothing to tell */
      204: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "user.me": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["User"];
        };
      };
      304: components["responses"]["NotModified"];
      401: components["responses"]["UNAUTHENTICATED"];
      404: components["responses"]["USER_NOT_FOUND"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "user.edit": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          nickname?: string;
          language?: components["schemas"]["Language"];
          /** Format: email */
          email?: string;
          password?: string;
          currentPassword?: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["User"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED.INVALID_CREDENTIALS"];
      404: components["responses"]["USER_NOT_FOUND"];
      409: components["responses"]["EMAIL_TAKEN"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "user.read": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["User"];
        };
      };
      304: components["responses"]["NotModified"];
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.USER_NOT_FOUND"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "user.list": {
    parameters: {
      query?: {
        email?: string;
        role?: components["schemas"]["Role"];
        limit?: number;
        /** @description `nextCursor` of the page before */
        cursor?: string;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["User"][];
            nextCursor: string | null;
          };
        };
      };
      304: components["responses"]["NotModified"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "product.list": {
    parameters: {
      query?: {
        q?: string;
        sort?: "name" | "price" | "-price" | "-sales" | "-createdAt";
        minPrice?: number;
        maxPrice?: number;
        inStock?: boolean;
        limit?: number;
        /** @description `nextCursor` of the page before */
        cursor?: string;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["Product"][];
            nextCursor: string | null;
          };
        };
      };
      304: components["responses"]["NotModified"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "product.create": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          name: string;
          /** @default  */
          description?: string;
          price: number;
          /** @default 0 */
          stock?: number;
        };
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Product"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      409: components["responses"]["IDEMPOTENCY_IN_FLIGHT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "product.read": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Product"];
        };
      };
      304: components["responses"]["NotModified"];
      400: components["responses"]["BAD_REQUEST"];
      404: components["responses"]["NOT_FOUND.PRODUCT_NOT_FOUND"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "product.remove": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is being changed, as it was read */
        "If-Match"?: components["parameters"]["IfMatch"];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is nothing to tell */
      204: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.PRODUCT_NOT_FOUND"];
      412: components["responses"]["VERSION_STALE"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "product.edit": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is being changed, as it was read */
        "If-Match"?: components["parameters"]["IfMatch"];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          version?: number;
          name?: string;
          description?: string;
          price?: number;
          stock?: number;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Product"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.PRODUCT_NOT_FOUND"];
      412: components["responses"]["VERSION_STALE"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED"];
      428: components["responses"]["PRECONDITION_REQUIRED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "product.adjustStock": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          delta: number;
          reason: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            stock: number;
          };
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.PRODUCT_NOT_FOUND"];
      409: components["responses"]["PRODUCT_OUT_OF_STOCK.IDEMPOTENCY_IN_FLIGHT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "point.balance": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Wallet"];
        };
      };
      304: components["responses"]["NotModified"];
      401: components["responses"]["UNAUTHENTICATED"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "point.history": {
    parameters: {
      query?: {
        limit?: number;
        /** @description `nextCursor` of the page before */
        cursor?: string;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["PointEntry"][];
            nextCursor: string | null;
          };
        };
      };
      304: components["responses"]["NotModified"];
      401: components["responses"]["UNAUTHENTICATED"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "point.charge": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["RequiredIdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          amount: number;
        };
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Wallet"];
        };
      };
      400: components["responses"]["BAD_REQUEST.IDEMPOTENCY_KEY_REQUIRED"];
      401: components["responses"]["UNAUTHENTICATED"];
      409: components["responses"]["IDEMPOTENCY_IN_FLIGHT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "coupon.list": {
    parameters: {
      query?: {
        limit?: number;
        /** @description `nextCursor` of the page before */
        cursor?: string;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["Coupon"][];
            nextCursor: string | null;
          };
        };
      };
      304: components["responses"]["NotModified"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "coupon.create": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          title: string;
          discountType: components["schemas"]["DiscountType"];
          discountValue: number;
          maxDiscount?: number;
          minOrderAmount?: number;
          quantity: number;
          /**
           * Format: date-time
           * @example 2026-11-24T09:00:00.000Z
           */
          startsAt: string;
          /**
           * Format: date-time
           * @example 2026-11-24T09:00:00.000Z
           */
          endsAt: string;
          /** @description Days that an issued coupon can be used; until `endsAt` when left out */
          validDays?: number;
        };
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Coupon"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      409: components["responses"]["IDEMPOTENCY_IN_FLIGHT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "coupon.issue": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Made */
      201: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["UserCoupon"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      404: components["responses"]["NOT_FOUND.COUPON_NOT_FOUND"];
      409: components["responses"]["COUPON_ALREADY_ISSUED.IDEMPOTENCY_IN_FLIGHT"];
      410: components["responses"]["COUPON_SOLD_OUT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED.COUPON_NOT_OPEN"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "coupon.mine": {
    parameters: {
      query?: {
        status?: components["schemas"]["UserCouponStatus"];
        limit?: number;
        /** @description `nextCursor` of the page before */
        cursor?: string;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["UserCoupon"][];
            nextCursor: string | null;
          };
        };
      };
      304: components["responses"]["NotModified"];
      401: components["responses"]["UNAUTHENTICATED"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "order-history.list": {
    parameters: {
      query?: {
        /** @description Staff only: orders that hold this product */
        productId?: string;
        status?: components["schemas"]["OrderStatus"];
        from?: string;
        to?: string;
        limit?: number;
        /** @description `nextCursor` of the page before */
        cursor?: string;
        /** @description Staff only: whose; everybody's without it */
        userId?: string;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["Order"][];
            nextCursor: string | null;
            /**
             * Format: date-time
             * @description When the newest event of any order happened that the history has heard of: what happened later may not be shown yet. 1970 while it has heard of none
             * @example 2026-11-24T09:00:00.000Z
             */
            asOf: string;
          };
        };
      };
      304: components["responses"]["NotModified"];
      401: components["responses"]["UNAUTHENTICATED"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "order.place": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["RequiredIdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          items: {
            /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
            productId: string;
            quantity: number;
          }[];
          /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
          userCouponId?: string;
          /**
           * @description To spend; with method POINT the rest is paid with points too
           * @default 0
           */
          points?: number;
          payment: {
            method: components["schemas"]["PaymentMethod"];
            token?: string;
          };
        };
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Order"];
        };
      };
      /** @description Under way: it goes on, and `Location` tells what becomes of it */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          Location: components["headers"]["Location"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Order"];
        };
      };
      400: components["responses"]["BAD_REQUEST.IDEMPOTENCY_KEY_REQUIRED"];
      401: components["responses"]["UNAUTHENTICATED"];
      402: components["responses"]["POINT_INSUFFICIENT.PAYMENT_DECLINED"];
      404: components["responses"]["PRODUCT_NOT_FOUND.USER_COUPON_NOT_FOUND"];
      409: components["responses"]["PRODUCT_OUT_OF_STOCK.COUPON_NOT_USABLE.IDEMPOTENCY_IN_FLIGHT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE.ORDER_TIMED_OUT"];
    };
  };
  "order.read": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Order"];
        };
      };
      304: components["responses"]["NotModified"];
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      404: components["responses"]["NOT_FOUND.ORDER_NOT_FOUND"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "order.cancel": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": {
          /** @description In the customer's words */
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Order"];
        };
      };
      /** @description Under way: it goes on, and `Location` tells what becomes of it */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          Location: components["headers"]["Location"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Order"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      404: components["responses"]["NOT_FOUND.ORDER_NOT_FOUND"];
      409: components["responses"]["ORDER_NOT_CANCELABLE.IDEMPOTENCY_IN_FLIGHT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "order.changes": {
    parameters: {
      query?: never;
      header?: {
        /** @description The last event that was seen */
        "Last-Event-ID"?: components["parameters"]["LastEventId"];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example id: 2
           *     event: status
           *     data: {"status":"COMPLETED","at":"2026-11-24T09:00:00.123Z"}
           */
          "text/event-stream": string;
        };
      };
      /** @description `Last-Event-ID` was the last one */
      204: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      404: components["responses"]["NOT_FOUND.ORDER_NOT_FOUND"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "payment.read": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Payment"];
        };
      };
      304: components["responses"]["NotModified"];
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      404: components["responses"]["NOT_FOUND.PAYMENT_NOT_FOUND"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "payment.webhook": {
    parameters: {
      query?: never;
      header?: {
        /** @description t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<raw body>"> */
        "X-Signature"?: string;
      };
      path: {
        provider: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Webhook"];
      };
    };
    responses: {
      /** @description Done; there is nothing to tell */
      204: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      404: components["responses"]["NOT_FOUND"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "bestseller.top": {
    parameters: {
      query?: {
        period?: components["schemas"]["Period"];
        /** @description A day of the period; today without it */
        date?: string;
        limit?: number;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Ranking"];
        };
      };
      304: components["responses"]["NotModified"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "bestseller.audit": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @description False where the ranking is read from the tally, also because its store is away, so that nothing can differ */
            held: boolean;
            differences: {
              period: components["schemas"]["Period"];
              /** Format: date */
              first: string;
              /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
              productId: string;
              ranking: number;
              tally: number;
            }[];
          };
        };
      };
      304: components["responses"]["NotModified"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.sagas": {
    parameters: {
      query?: {
        state?: components["schemas"]["SagaState"];
        type?: string;
        limit?: number;
        /** @description `nextCursor` of the page before */
        cursor?: string;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["Saga"][];
            nextCursor: string | null;
          };
        };
      };
      304: components["responses"]["NotModified"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.saga": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path: {
        type: string;
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SagaDetails"];
        };
      };
      304: components["responses"]["NotModified"];
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.SAGA_NOT_FOUND"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.retry": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        type: string;
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @example The provider is back */
          why: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Saga"];
        };
      };
      /** @description Under way: it goes on, and `Location` tells what becomes of it */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          Location: components["headers"]["Location"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Saga"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.SAGA_NOT_FOUND"];
      409: components["responses"]["SAGA_NOT_PARKED.IDEMPOTENCY_IN_FLIGHT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.skip": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        type: string;
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @example The provider is back */
          why: string;
          /** @example pay */
          step: string;
          /** @description What the step would have answered; nothing for an undo */
          result?: {
            [key: string]: unknown;
          };
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Saga"];
        };
      };
      /** @description Under way: it goes on, and `Location` tells what becomes of it */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          Location: components["headers"]["Location"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Saga"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.SAGA_NOT_FOUND.SAGA_STEP_NOT_FOUND"];
      409: components["responses"]["SAGA_NOT_PARKED.SAGA_STEP_NOT_SKIPPABLE.IDEMPOTENCY_IN_FLIGHT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED.SAGA_RESULT_INVALID"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.compensate": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        type: string;
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @example The provider is back */
          why: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Saga"];
        };
      };
      /** @description Under way: it goes on, and `Location` tells what becomes of it */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          Location: components["headers"]["Location"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Saga"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.SAGA_NOT_FOUND"];
      409: components["responses"]["SAGA_NOT_PARKED.SAGA_COMPENSATING.SAGA_PIVOT_DONE.IDEMPOTENCY_IN_FLIGHT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.outbox": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            services: components["schemas"]["Outbox"][];
          };
        };
      };
      304: components["responses"]["NotModified"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.parkedEvents": {
    parameters: {
      query?: {
        limit?: number;
        /** @description `nextCursor` of the page before */
        cursor?: string;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path: {
        service: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["ParkedKey"][];
            nextCursor: string | null;
          };
        };
      };
      304: components["responses"]["NotModified"];
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.retryParked": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        service: string;
        /** @description Of the first event of a parked key */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @example The brokers take larger messages now */
          why: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FreedKeys"];
        };
      };
      /** @description Under way: it goes on, and `Location` tells what becomes of it */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          Location: components["headers"]["Location"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FreedKeys"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.PARKED_EVENT_NOT_FOUND"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.retryAllParked": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        service: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @example The brokers take larger messages now */
          why: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FreedKeys"];
        };
      };
      /** @description Under way: it goes on, and `Location` tells what becomes of it */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          Location: components["headers"]["Location"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FreedKeys"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.discardParked": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        service: string;
        /** @description Of the first event of a parked key */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @example The brokers take larger messages now */
          why: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FreedKeys"];
        };
      };
      /** @description Under way: it goes on, and `Location` tells what becomes of it */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          Location: components["headers"]["Location"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FreedKeys"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.PARKED_EVENT_NOT_FOUND"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.outboxAudit": {
    parameters: {
      query?: {
        limit?: number;
        /** @description `nextCursor` of the page before */
        cursor?: string;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path: {
        service: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["OutboxAuditEntry"][];
            nextCursor: string | null;
          };
        };
      };
      304: components["responses"]["NotModified"];
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.rebuildStatus": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path: {
        service: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @description The newest one; none when there never was one */
            rebuild?: components["schemas"]["Rebuild"];
          };
        };
      };
      304: components["responses"]["NotModified"];
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.READ_MODEL_NOT_FOUND"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.rebuild": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        service: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": {
          /**
           * @description OWNERS reads the owning services in any case
           * @enum {string}
           */
          source?: "TOPICS" | "OWNERS";
        };
      };
    };
    responses: {
      /** @description Done */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Rebuild"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.READ_MODEL_NOT_FOUND"];
      409: components["responses"]["REBUILD_RUNNING"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.audit": {
    parameters: {
      query?: {
        type?: string;
        id?: string;
        limit?: number;
        /** @description `nextCursor` of the page before */
        cursor?: string;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["SagaAuditEntry"][];
            nextCursor: string | null;
          };
        };
      };
      304: components["responses"]["NotModified"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.deadLetters": {
    parameters: {
      query?: {
        service?: string;
        state?: components["schemas"]["DeadLetterState"];
        type?: string;
        limit?: number;
        /** @description `nextCursor` of the page before */
        cursor?: string;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["DeadLetter"][];
            nextCursor: string | null;
          };
        };
      };
      304: components["responses"]["NotModified"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.deadLetter": {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path: {
        service: string;
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DeadLetterDetails"];
        };
      };
      304: components["responses"]["NotModified"];
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.DEAD_LETTER_NOT_FOUND"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.replay": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        service: string;
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @example The handler was mended */
          why: string;
          /**
           * @description Only tells what would come of it
           * @default false
           */
          dryRun?: boolean;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Replay"];
        };
      };
      /** @description Under way: it goes on, and `Location` tells what becomes of it */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          Location: components["headers"]["Location"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Replay"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.DEAD_LETTER_NOT_FOUND"];
      409: components["responses"]["DEAD_LETTER_CLOSED.DEAD_LETTER_BEHIND.DEAD_LETTER_FAILED.DEAD_LETTER_NOT_REPLAYABLE.IDEMPOTENCY_IN_FLIGHT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.replayAll": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @example product */
          service: string;
          /** @example 0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50 */
          type?: string;
          /** @example The handler was mended */
          why: string;
          /**
           * @description Only tells what would come of it
           * @default false
           */
          dryRun?: boolean;
          /** @default 100 */
          limit?: number;
          /** @description `nextCursor` of the page before */
          cursor?: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ReplayStep"];
        };
      };
      /** @description Under way: it goes on, and `Location` tells what becomes of it */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          Location: components["headers"]["Location"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ReplayStep"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      409: components["responses"]["IDEMPOTENCY_IN_FLIGHT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.discard": {
    parameters: {
      query?: never;
      header?: {
        /** @description Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more. */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        service: string;
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @example The handler was mended */
          why: string;
        };
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DeadLetter"];
        };
      };
      /** @description Under way: it goes on, and `Location` tells what becomes of it */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          Location: components["headers"]["Location"];
          "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DeadLetter"];
        };
      };
      400: components["responses"]["BAD_REQUEST"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      404: components["responses"]["NOT_FOUND.DEAD_LETTER_NOT_FOUND"];
      409: components["responses"]["DEAD_LETTER_CLOSED.IDEMPOTENCY_IN_FLIGHT"];
      413: components["responses"]["BODY_TOO_LARGE"];
      415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
      422: components["responses"]["VALIDATION_FAILED.IDEMPOTENCY_KEY_REUSED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
  "ops.deadLetterAudit": {
    parameters: {
      query?: {
        service?: string;
        letter?: string;
        limit?: number;
        /** @description `nextCursor` of the page before */
        cursor?: string;
      };
      header?: {
        /** @description The `ETag` of what is known already */
        "If-None-Match"?: components["parameters"]["IfNoneMatch"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["X-Request-Id"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["DeadLetterAuditEntry"][];
            nextCursor: string | null;
          };
        };
      };
      304: components["responses"]["NotModified"];
      401: components["responses"]["UNAUTHENTICATED"];
      403: components["responses"]["FORBIDDEN"];
      422: components["responses"]["VALIDATION_FAILED"];
      429: components["responses"]["RATE_LIMITED"];
      500: components["responses"]["INTERNAL"];
      503: components["responses"]["OVERLOADED.UNAVAILABLE"];
    };
  };
}
type WithRequired<T, K extends keyof T> = T & {
  [P in K]-?: T[P];
};

/** Paths whose POST takes an Idempotency-Key. */
export const keyedPaths: ReadonlySet<string> = new Set([
  "/products",
  "/products/{id}/stock",
  "/points/me/charge",
  "/coupons",
  "/coupons/{id}/issue",
  "/orders",
  "/orders/{id}/cancel",
  "/ops/sagas/{type}/{id}/retry",
  "/ops/sagas/{type}/{id}/skip",
  "/ops/sagas/{type}/{id}/compensate",
  "/ops/dead-letters/{service}/{id}/replay",
  "/ops/dead-letters/replay",
  "/ops/dead-letters/{service}/{id}/discard",
]);
