module slipway.test/cluster/services

go 1.24.0
