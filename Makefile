# Words for people; the work is in ./barecast and in package.json's scripts.
.PHONY: up plan down verify ok test soak bench
tools = infra/toolchain/bootstrap && PATH="$(CURDIR)/.tools/bin:$(CURDIR)/.tools/python/bin:$$PATH"

up plan verify:
	./barecast $@
down:
	./barecast down $(if $(WIPE),--wipe)
ok soak bench:
	$(tools) npm run --silent $@
test:
	$(tools) npm run --silent test $(if $(LANES),-- --lanes)
