import { DataTypes } from "sequelize";

import { service } from "../../lib/service";
import { adjustStock } from "./adjust-stock";
import { countCompleted } from "./count-sales";
import { createProduct } from "./create-product";
import { catalogue } from "./migrations/0001-catalogue";
import { product } from "./product.contract";
import { listProducts, quoteProducts, readProduct } from "./read-products";
import { reserveStock } from "./reserve-stock";

export default service(product, {
  migrations: [catalogue],
  actions: {
    list: listProducts,
    read: readProduct,
    create: createProduct,
    adjustStock,
    quote: quoteProducts,
    reserve: reserveStock,
  },
  consumes: [countCompleted],
  reads: {
    table: "product",
    primaryKey: "id",
    columns: {
      id: DataTypes.STRING,
      name: DataTypes.STRING,
      description: DataTypes.STRING,
      price: DataTypes.BIGINT,
      currency: DataTypes.STRING,
      stock: DataTypes.BIGINT,
      sales_count: DataTypes.BIGINT,
      version: DataTypes.INTEGER,
      created_at: DataTypes.BIGINT,
      updated_at: DataTypes.BIGINT,
    },
  },
});
